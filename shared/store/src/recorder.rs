//! Which AWS calls were made, for tests that count them.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::Metadata;

/// Most calls remembered; further ones are not recorded until the next take.
const REMEMBERED: usize = 1000;

/// Records the name of every operation that was sent and answered, retries
/// included. An address that is only signed is not a call.
#[derive(Debug, Clone, Default)]
pub struct CallRecorder(Arc<Mutex<Vec<String>>>);

impl CallRecorder {
    /// The calls since the last take, oldest first.
    pub fn take(&self) -> Vec<String> {
        self.0
            .lock()
            .map(|mut calls| std::mem::take(&mut *calls))
            .unwrap_or_default()
    }
}

impl Intercept for CallRecorder {
    fn name(&self) -> &'static str {
        "CallRecorder"
    }

    fn read_after_transmit(
        &self,
        _context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(operation) = config.load::<Metadata>()
            && let Ok(mut calls) = self.0.lock()
            && calls.len() < REMEMBERED
        {
            calls.push(operation.name().to_owned());
        }
        Ok(())
    }
}
