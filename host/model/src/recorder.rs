//! Takes down what a model is asked and says, as a session that can be replayed.

use crate::{
    Answered, ChatRequest, Listener, Meter, ModelError, Provider,
    recorded::{header_line, turn_line},
};

/// Writes one line of a session; gives what went wrong.
pub type Sink = Box<dyn FnMut(&str) -> Result<(), std::io::Error>>;

/// A provider whose exchanges are written down.
pub struct Recorder {
    inner: Box<dyn Provider>,
    sink: Sink,
}

impl Recorder {
    /// Begins a session.
    ///
    /// # Errors
    /// [`ModelError::Record`].
    pub fn begin(inner: Box<dyn Provider>, mut sink: Sink) -> Result<Self, ModelError> {
        sink(&header_line(inner.model())?).map_err(ModelError::Record)?;
        Ok(Self { inner, sink })
    }
}

impl Provider for Recorder {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn host(&self) -> Option<String> {
        self.inner.host()
    }

    fn model(&self) -> &str {
        self.inner.model()
    }

    fn request_bytes(&self, request: &ChatRequest) -> Result<u64, ModelError> {
        self.inner.request_bytes(request)
    }

    fn complete(&mut self, request: &ChatRequest, meter: &mut dyn Meter, listener: &mut dyn Listener) -> Result<Answered, ModelError> {
        let answered = self.inner.complete(request, meter, listener)?;
        (self.sink)(&turn_line(request, &answered)?).map_err(ModelError::Record)?;
        Ok(answered)
    }

    fn skip(&mut self, turns: usize) {
        self.inner.skip(turns);
    }
}
