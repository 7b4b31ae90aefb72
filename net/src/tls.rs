//! The one place that decides whom a handshake trusts: TLS 1.3 with raw Ed25519 public keys
//! (RFC 7250) on both sides, nothing else. It knows no socket, no ticket and no person, and
//! there is no certificate path to fall back to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use deskside_crypto::identity::{Identity, PublicIdentity, verifying_key_from_spki};
use deskside_crypto::proof::EXPORTER_LABEL;
use deskside_proto::wire::ALPN;
use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use rustls::client::AlwaysResolvesClientRawPublicKeys;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::AlwaysResolvesServerRawPublicKeys;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, CipherSuite, DigitallySignedStruct, DistinguishedName, PeerIncompatible,
    SignatureScheme,
};

/// A name that TLS asks for and nobody looks at: the key is pinned, SNI is switched off.
pub(crate) const SERVER_NAME: &str = "deskside.invalid";

/// Why a TLS configuration could not be made from an identity.
#[derive(Debug, thiserror::Error)]
#[error("the identity cannot be used for TLS: {0}")]
pub struct TlsError(#[from] rustls::Error);

/// The server half, for the client's listener: any Ed25519 key may knock, and TLS proves that
/// whoever knocks holds it.
pub(crate) fn listener_config(identity: &Identity) -> Result<rustls::ServerConfig, TlsError> {
    let provider = provider();
    let verifier = AnyExpert { algorithms: provider.signature_verification_algorithms };
    let key = certified_key(identity, &provider)?;
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(key)));
    config.alpn_protocols = vec![ALPN.to_vec()];
    // INVARIANT: no resumption and no early data, so that every connection has an exporter of its own.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.max_early_data_size = 0;
    Ok(config)
}

/// The client half, for the expert's connection: exactly `pin` is accepted.
pub(crate) fn connector_config(
    identity: &Identity,
    pin: Arc<PinnedClient>,
) -> Result<rustls::ClientConfig, TlsError> {
    connector_with(provider(), identity, pin)
}

fn connector_with(
    provider: CryptoProvider,
    identity: &Identity,
    pin: Arc<PinnedClient>,
) -> Result<rustls::ClientConfig, TlsError> {
    let key = certified_key(identity, &provider)?;
    // The only call of its kind (`cargo xtask check`): one key instead of a list of authorities is stricter.
    let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(pin)
        .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(key)));
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.resumption = rustls::client::Resumption::disabled();
    config.enable_early_data = false;
    config.enable_sni = false;
    Ok(config)
}

/// The same as [`listener_config`], in the form that QUIC takes.
pub(crate) fn quic_listener(identity: &Identity) -> Result<QuicServerConfig, TlsError> {
    QuicServerConfig::try_from(listener_config(identity)?).map_err(|_| no_initial_suite())
}

/// The same as [`connector_config`], in the form that QUIC takes.
pub(crate) fn quic_connector(
    identity: &Identity,
    pin: Arc<PinnedClient>,
) -> Result<QuicClientConfig, TlsError> {
    QuicClientConfig::try_from(connector_config(identity, pin)?).map_err(|_| no_initial_suite())
}

/// The verifying key that the other side proved to hold in this connection.
pub(crate) fn proven_key(connection: &quinn::Connection) -> Option<[u8; 32]> {
    let identity = connection.peer_identity()?;
    let keys = identity.downcast::<Vec<CertificateDer<'static>>>().ok()?;
    match keys.as_slice() {
        [only] => verifying_key_from_spki(only),
        _ => None,
    }
}

/// The value that both ends of this connection, and nobody else, can derive; the proof is bound to it
/// (RFC 8446, section 7.5; RFC 9266 does the same for other protocols).
pub(crate) fn exporter(connection: &quinn::Connection) -> Result<[u8; 32], NoExporter> {
    let mut value = [0; 32];
    connection.export_keying_material(&mut value, EXPORTER_LABEL, b"").map_err(|_| NoExporter)?;
    Ok(value)
}

/// TLS has no exporter to give; only before the handshake is complete.
#[derive(Debug)]
pub(crate) struct NoExporter;

/// Accepts the client whose key the ticket names, and remembers whether another one answered.
#[derive(Debug)]
pub(crate) struct PinnedClient {
    spki: Vec<u8>,
    algorithms: WebPkiSupportedAlgorithms,
    another_key_seen: AtomicBool,
}

impl PinnedClient {
    pub(crate) fn new(client: &PublicIdentity) -> Self {
        Self {
            spki: client.spki_der(),
            algorithms: provider().signature_verification_algorithms,
            another_key_seen: AtomicBool::new(false),
        }
    }

    /// True once somebody answered with a key that is not the pinned one.
    pub(crate) fn another_key_seen(&self) -> bool {
        self.another_key_seen.load(Ordering::Acquire)
    }
}

impl ServerCertVerifier for PinnedClient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if end_entity.as_ref() == self.spki && intermediates.is_empty() {
            return Ok(ServerCertVerified::assertion());
        }
        self.another_key_seen.store(true, Ordering::Release);
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_possession(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

/// Accepts any well-formed Ed25519 key: the key becomes the expert's identity, and what it may do
/// is decided after the proof, never here.
#[derive(Debug)]
struct AnyExpert {
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for AnyExpert {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn offer_client_auth(&self) -> bool {
        true
    }

    fn client_auth_mandatory(&self) -> bool {
        true
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if intermediates.is_empty() && verifying_key_from_spki(end_entity).is_some() {
            return Ok(ClientCertVerified::assertion());
        }
        Err(CertificateError::BadEncoding.into())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_possession(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

/// Checks the handshake signature, and that its scheme is the only one offered.
fn verify_possession(
    message: &[u8],
    spki: &CertificateDer<'_>,
    dss: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, rustls::Error> {
    if dss.scheme != SignatureScheme::ED25519 {
        return Err(PeerIncompatible::NoSignatureSchemesInCommon.into());
    }
    rustls::crypto::verify_tls13_signature_with_raw_key(
        message,
        &SubjectPublicKeyInfoDer::from(spki.as_ref()),
        dss,
        algorithms,
    )
}

/// The provider with nothing in it but what this protocol names: hybrid key exchange first
/// (X25519MLKEM768, draft-ietf-tls-ecdhe-mlkem), X25519 second, and the TLS 1.3 suites.
fn provider() -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    provider.kx_groups = vec![aws_lc_rs::kx_group::X25519MLKEM768, aws_lc_rs::kx_group::X25519];
    provider.cipher_suites.retain(|suite| {
        matches!(
            suite.suite(),
            CipherSuite::TLS13_AES_128_GCM_SHA256
                | CipherSuite::TLS13_AES_256_GCM_SHA384
                | CipherSuite::TLS13_CHACHA20_POLY1305_SHA256
        )
    });
    provider
}

fn certified_key(identity: &Identity, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, rustls::Error> {
    let pkcs8 = identity.signing_pkcs8_der();
    let key = provider
        .key_provider
        .load_private_key(PrivatePkcs8KeyDer::from(pkcs8.as_slice()).clone_key().into())?;
    let spki = identity.public().spki_der();
    if key.public_key().is_none_or(|public| public.as_ref() != spki) {
        return Err(rustls::InconsistentKeys::KeyMismatch.into());
    }
    let certified = CertifiedKey::new(vec![CertificateDer::from(spki)], key);
    Ok(Arc::new(certified))
}

/// QUIC needs AES-128-GCM for its Initial packets (RFC 9001, section 5.2); `provider` keeps it.
fn no_initial_suite() -> TlsError {
    TlsError(rustls::Error::General("the provider lacks the suite of QUIC's Initial packets".into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_crypto::identity::Seed;
    use rustls::NamedGroup;
    use rustls::quic::{ClientConnection, Connection, ServerConnection, Version};

    fn identity(number: u8) -> Identity {
        Identity::from_seed(&Seed::from_bytes([number; 32]))
    }

    /// Lets two halves of a handshake talk to each other until neither has anything more to say.
    fn shake(
        mut server: ServerConnection,
        mut client: ClientConnection,
    ) -> Result<(ServerConnection, ClientConnection), rustls::Error> {
        for _ in 0..4 {
            // Each piece ends where the keys change, and is read before the next.
            loop {
                let mut words = Vec::new();
                let keys = client.write_hs(&mut words);
                server.read_hs(&words)?;
                if keys.is_none() {
                    break;
                }
            }
            loop {
                let mut answers = Vec::new();
                let keys = server.write_hs(&mut answers);
                client.read_hs(&answers)?;
                if keys.is_none() {
                    break;
                }
            }
        }
        assert!(!server.is_handshaking() && !client.is_handshaking());
        Ok((server, client))
    }

    fn handshake(
        server: rustls::ServerConfig,
        client: rustls::ClientConfig,
    ) -> Result<(ServerConnection, ClientConnection), rustls::Error> {
        let name = ServerName::try_from(SERVER_NAME).unwrap();
        let server = ServerConnection::new(Arc::new(server), Version::V1, vec![])?;
        let client = ClientConnection::new(Arc::new(client), Version::V1, name, vec![])?;
        shake(server, client)
    }

    fn pinned(identity: &Identity) -> Arc<PinnedClient> {
        Arc::new(PinnedClient::new(identity.public()))
    }

    #[test]
    fn both_sides_agree_on_the_hybrid_post_quantum_group() {
        let (client, expert) = (identity(1), identity(2));
        let server = listener_config(&client).unwrap();
        let connector = connector_config(&expert, pinned(&client)).unwrap();
        let (server, connector) = handshake(server, connector).unwrap();
        for group in [server.negotiated_key_exchange_group(), connector.negotiated_key_exchange_group()] {
            assert_eq!(group.unwrap().name(), NamedGroup::X25519MLKEM768);
        }
        assert_eq!(server.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));
        assert_eq!(server.alpn_protocol(), Some(ALPN));
        let keys = server.peer_certificates().unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!(verifying_key_from_spki(&keys[0]), Some(*expert.public().verifying()));
    }

    #[test]
    fn a_peer_without_the_hybrid_group_still_gets_x25519_and_nothing_weaker() {
        let (client, expert) = (identity(1), identity(2));
        for (group, works) in [(aws_lc_rs::kx_group::X25519, true), (aws_lc_rs::kx_group::SECP256R1, false)] {
            let provider = CryptoProvider { kx_groups: vec![group], ..provider() };
            let connector = connector_with(provider, &expert, pinned(&client)).unwrap();
            let result = handshake(listener_config(&client).unwrap(), connector);
            assert_eq!(result.is_ok(), works, "{group:?}");
        }
    }

    #[test]
    fn another_client_key_is_refused_and_remembered() {
        let (client, impostor, expert) = (identity(1), identity(3), identity(2));
        let pin = pinned(&client);
        let connector = connector_config(&expert, pin.clone()).unwrap();
        let result = handshake(listener_config(&impostor).unwrap(), connector);
        assert!(matches!(
            result.map(|_| ()),
            Err(rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        ));
        assert!(pin.another_key_seen());
    }

    #[test]
    fn nobody_may_present_a_key_without_holding_it() {
        let (client, expert, victim) = (identity(1), identity(2), identity(4));
        let provider = provider();
        let pkcs8 = expert.signing_pkcs8_der();
        let key = PrivatePkcs8KeyDer::from(pkcs8.as_slice()).clone_key();
        let key = provider.key_provider.load_private_key(key.into()).unwrap();
        let stolen = CertifiedKey::new(vec![CertificateDer::from(victim.public().spki_der())], key);
        let mut connector = connector_config(&expert, pinned(&client)).unwrap();
        connector.client_auth_cert_resolver =
            Arc::new(AlwaysResolvesClientRawPublicKeys::new(Arc::new(stolen)));
        let result = handshake(listener_config(&client).unwrap(), connector);
        assert!(matches!(
            result.map(|_| ()),
            Err(rustls::Error::InvalidCertificate(CertificateError::BadSignature))
        ));
    }

    #[test]
    fn an_expert_without_a_key_is_refused() {
        let (client, expert) = (identity(1), identity(2));
        let mut connector = connector_config(&expert, pinned(&client)).unwrap();
        connector.client_auth_cert_resolver = Arc::new(HasNoKey);
        assert!(handshake(listener_config(&client).unwrap(), connector).is_err());
    }

    #[derive(Debug)]
    struct HasNoKey;

    impl rustls::client::ResolvesClientCert for HasNoKey {
        fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
            None
        }

        fn only_raw_public_keys(&self) -> bool {
            true
        }

        fn has_certs(&self) -> bool {
            true
        }
    }

    #[test]
    fn every_connection_has_an_exporter_of_its_own() {
        let (client, expert) = (identity(1), identity(2));
        let mut exporters = Vec::new();
        for _ in 0..2 {
            let connector = connector_config(&expert, pinned(&client)).unwrap();
            let (server, connector) = handshake(listener_config(&client).unwrap(), connector).unwrap();
            let there = Connection::Server(server)
                .export_keying_material([0; 32], EXPORTER_LABEL, Some(b""))
                .unwrap();
            let here = Connection::Client(connector)
                .export_keying_material([0; 32], EXPORTER_LABEL, Some(b""))
                .unwrap();
            assert_eq!(there, here);
            exporters.push(here);
        }
        assert_ne!(exporters[0], exporters[1]);
    }
}
