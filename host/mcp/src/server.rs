//! What is answered to a client, message by message.

use std::{borrow::Cow, sync::Arc};

use cofferdam_base::text;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, Implementation, InitializeRequestParams, InitializeResult, ListResourceTemplatesResult,
        ListResourcesResult, ListToolsResult, PaginatedRequestParams, ProtocolVersion, ReadResourceRequestParams, ReadResourceResponse,
        ServerCapabilities, ServerConfig,
    },
    service::RequestContext,
};
use tokio::sync::OnceCell;

use crate::{
    Ambient, call,
    http::Arrival,
    limits::SHOWN_NAME,
    memory::{self, about},
    page::page,
    session::Session,
};

/// What a client's model is told about this server.
const INSTRUCTIONS: &str = "Every tool is a signed WebAssembly component. Changes are staged and become real only after they were \
verified; a refused call changes nothing in the workspace, and its text says why: with `gate.effect-unknown`, something may have been \
sent all the same, so do not repeat it. Paths are relative to the workspace. Where a rule asks, a person \
answers; you cannot answer for them.";

/// One session of the protocol, before and after it was begun.
pub(crate) struct Server {
    ambient: Arc<dyn Ambient>,
    session: OnceCell<Arc<Session>>,
}

impl Server {
    /// One whose session begins with `initialize`, for the client that the request came from.
    pub(crate) fn waiting(ambient: Arc<dyn Ambient>) -> Self {
        Self { ambient, session: OnceCell::new() }
    }

    /// One that has its session.
    pub(crate) fn of(session: Arc<Session>) -> Self {
        Self { ambient: Arc::clone(&session.ambient), session: OnceCell::new_with(Some(session)) }
    }

    fn session(&self) -> Result<&Arc<Session>, ErrorData> {
        self.session.get().ok_or_else(|| ErrorData::invalid_request("there is no session; begin one with `initialize`", None))
    }

    /// Opens the session of the client that a request came from.
    async fn begin(&self, context: &RequestContext<RoleServer>) -> Result<&Arc<Session>, ErrorData> {
        let open = || async {
            let arrival = Arrival::of(&context.extensions);
            let arrival = arrival.ok_or_else(|| ErrorData::internal_error("it is not known who asks", None))?;
            let seat = arrival
                .seat()
                .await
                .ok_or_else(|| ErrorData::internal_error("there are as many sessions as there may be; end one", None))?;
            let (ambient, client) = (Arc::clone(&self.ambient), arrival.client().clone());
            let opened = tokio::task::spawn_blocking(move || Session::open(ambient, client, Some(seat))).await;
            let opened = opened.map_err(|_| ErrorData::internal_error("the workspace cannot be opened", None))?;
            let session = Arc::new(opened.map_err(|trouble| {
                ErrorData::internal_error(format!("the workspace cannot be opened: {trouble}"), Some(about(trouble.as_ref())))
            })?);
            arrival.begin(&session);
            Ok(session)
        };
        self.session.get_or_try_init(open).await
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_resources().build();
        InitializeResult::new(capabilities)
            .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE)
            .with_server_info(Implementation::new("cofferdam", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    /// Those with sessions: a session is a run here. The revision of 2026-07-28 has none; clients that speak it begin with an older one.
    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(ProtocolVersion::known_up_to(&ProtocolVersion::LATEST_WITH_INITIALIZE))
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        let session = self.begin(&context).await?;
        let shown = |text: &str| text::inline(text, SHOWN_NAME);
        let (name, version) = (shown(&request.client_info.name), shown(&request.client_info.version));
        session.ambient.say(&format!("run {}: client {}, which calls itself `{name} {version}`", session.gate.run(), session.client));
        context.peer.set_peer_info(request.clone());
        self.negotiate_initialize(&request)
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let (tools, next) = page(self.session()?.offered.tools(), request)?;
        let mut result = ListToolsResult::with_all_items(tools);
        result.next_cursor = next;
        Ok(result)
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        Ok(call::call(self.session()?, request, &context).await?.into())
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let (resources, next) = page(&memory::list(self.session()?, &context).await?, request)?;
        let mut result = ListResourcesResult::with_all_items(resources);
        result.next_cursor = next;
        Ok(result)
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(vec![memory::template()]))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        Ok(memory::read(self.session()?, request, &context).await?.into())
    }
}
