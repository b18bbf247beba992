//! A pinned address does not replace the name: TLS verifies who answers there.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are the server as well, and stop where something fails")]

mod certificate;
mod server;

use std::{
    io::{self, Write as _},
    net::{Ipv4Addr, TcpListener},
    process::Command,
    sync::Arc,
    thread,
};

use cofferdam_base::{Diagnostic as _, error::causes};
use cofferdam_net::{Answer, Departure, Method, NetError};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use server::{TIMING, asking, client, pinned, read_request};

/// Where the server of a test that runs itself again is.
const PORT: &str = "COFFERDAM_TEST_PORT";

/// A server for some connections; gives for each the name that the client asked for and the request, or that TLS failed.
type Asked = Vec<Result<(Option<String>, String), io::Error>>;

fn tls_server(
    connections: usize,
    (certificate, key): (CertificateDer<'static>, PrivateKeyDer<'static>),
) -> (u16, thread::JoinHandle<Asked>) {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = move || {
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), listener.accept().unwrap().0);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        let request = read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")?;
        Ok((stream.conn.server_name().map(str::to_owned), request))
    };
    (port, thread::spawn(move || (0..connections).map(|_| serve()).collect()))
}

fn get(url: &str) -> Result<Answer, NetError> {
    let client = client();
    client.send(asking(Method::Get, pinned(&client, url)), TIMING)
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent() {
    let (port, serving) = tls_server(1, certificate::for_name("right.test"));
    let refused = get(&format!("https://right.test:{port}/")).unwrap_err();
    assert_eq!((refused.code(), refused.departure()), ("net.connect", Departure::Nothing));
    assert!(causes(&refused).iter().any(|cause| cause.contains("UnknownIssuer")), "{refused:?}");
    assert!(serving.join().unwrap().pop().unwrap().is_err(), "nothing but a handshake came");
}

#[test]
fn the_name_is_verified_though_the_address_is_pinned() {
    if let Some(port) = std::env::var_os(PORT) {
        let port = port.into_string().unwrap();
        assert_eq!(get(&format!("https://right.test:{port}/")).unwrap().body, b"secret");
        for wrong in ["wrong.test", "127.0.0.1", "sub.right.test"] {
            let refused = get(&format!("https://{wrong}:{port}/")).unwrap_err();
            assert_eq!((refused.code(), refused.departure()), ("net.connect", Departure::Nothing), "{wrong}");
            assert!(causes(&refused).iter().any(|cause| cause.contains("not valid for name")), "{refused:?}");
        }
        return;
    }
    let pair = certificate::for_name("right.test");
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().write_all(certificate::pem(&pair.0).as_bytes()).unwrap();
    let (port, serving) = tls_server(4, pair);
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "the_name_is_verified_though_the_address_is_pinned"]).env(PORT, port.to_string());
    // The system's certificates, as `rustls-native-certs` finds them.
    let ran = again.env("SSL_CERT_FILE", file.path()).env_remove("SSL_CERT_DIR").output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));

    let mut asked = serving.join().unwrap().into_iter();
    let (name, request) = asked.next().unwrap().unwrap();
    assert_eq!(name.as_deref(), Some("right.test"));
    assert!(request.contains(&format!("host: right.test:{port}\r\n")), "{request}");
    assert_eq!(asked.filter(Result::is_ok).count(), 0, "nothing but handshakes came");
}
