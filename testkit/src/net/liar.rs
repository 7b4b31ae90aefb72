//! Endpoints that speak QUIC correctly and everything above it however a test likes: no limits, no pins, any
//! protocol name, any stream. Real keys, because TLS lets nobody lie about those.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use deskside_crypto::identity::Identity;
use deskside_proto::wire::Message;
use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{AlwaysResolvesClientRawPublicKeys, Resumption};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::AlwaysResolvesServerRawPublicKeys;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, DistinguishedName, SignatureScheme};

/// How an endpoint presents itself.
pub struct Liar<'a> {
    /// Its key; `None` presents none at all.
    pub identity: Option<&'a Identity>,
    /// The protocols it names in the handshake.
    pub alpn: &'a [&'a [u8]],
}

/// An endpoint that connects like an expert. Its default configuration is set.
pub fn lying_expert(liar: &Liar<'_>) -> anyhow::Result<quinn::Endpoint> {
    lying_expert_with(liar, quinn::TransportConfig::default())
}

/// The same with flow control of its own, for a peer that is there and takes nothing.
pub fn lying_expert_with(
    liar: &Liar<'_>,
    transport: quinn::TransportConfig,
) -> anyhow::Result<quinn::Endpoint> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(TrustsEverybody));
    let mut tls = match liar.identity {
        Some(identity) => builder.with_client_cert_resolver(Arc::new(
            AlwaysResolvesClientRawPublicKeys::new(certified(identity, &provider)?),
        )),
        None => builder.with_no_client_auth(),
    };
    tls.alpn_protocols = liar.alpn.iter().map(|name| name.to_vec()).collect();
    tls.resumption = Resumption::disabled();
    let mut endpoint = quinn::Endpoint::client((Ipv4Addr::LOCALHOST, 0).into())?;
    let mut config = quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls)?));
    config.transport_config(Arc::new(transport));
    endpoint.set_default_client_config(config);
    Ok(endpoint)
}

/// An endpoint that listens like a client, and the address where it does.
pub fn lying_client(liar: &Liar<'_>) -> anyhow::Result<(quinn::Endpoint, SocketAddr)> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let identity = liar.identity.ok_or_else(|| anyhow::anyhow!("a listening endpoint needs a key"))?;
    let key = certified(identity, &provider)?;
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(Arc::new(TrustsEverybody))
        .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(key)));
    tls.alpn_protocols = liar.alpn.iter().map(|name| name.to_vec()).collect();
    let server = quinn::ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls)?));
    let endpoint = quinn::Endpoint::server(server, (Ipv4Addr::LOCALHOST, 0).into())?;
    let address = endpoint.local_addr()?;
    Ok((endpoint, address))
}

/// One message as it stands on a stream.
pub fn frame<M: Message>(message: &M) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    bytes
}

fn certified(identity: &Identity, provider: &CryptoProvider) -> anyhow::Result<Arc<CertifiedKey>> {
    let pkcs8 = identity.signing_pkcs8_der();
    let key = PrivatePkcs8KeyDer::from(pkcs8.to_vec());
    let key = provider.key_provider.load_private_key(key.into())?;
    Ok(Arc::new(CertifiedKey::new(vec![CertificateDer::from(identity.public().spki_der())], key)))
}

/// Takes any key and any signature for good.
#[derive(Debug)]
struct TrustsEverybody;

impl ServerCertVerifier for TrustsEverybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl ClientCertVerifier for TrustsEverybody {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}
