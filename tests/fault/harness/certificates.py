"""Certificates of every kind that a client must refuse, and of the one kind that it must not."""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

HOST = "127.0.0.1"
DAY = datetime.timedelta(days=1)


class Authority:
    """An authority that the client trusts, one that it does not, and what both have signed."""

    def __init__(self, folder: Path) -> None:
        now = datetime.datetime.now(datetime.timezone.utc)
        self.folder = folder
        trusted, other = trustme.CA(), trustme.CA()
        trusted.cert_pem.write_to_path(str(folder / "ca.pem"))
        self.certificates = {
            "good": trusted.issue_cert(HOST),
            "expired": trusted.issue_cert(HOST, not_before=now - 30 * DAY, not_after=now - DAY),
            "not yet valid": trusted.issue_cert(HOST, not_before=now + DAY, not_after=now + 30 * DAY),
            "revoked": trusted.issue_cert(HOST),
            "wrong host": trusted.issue_cert("other.fault.test"),
            "wrong authority": other.issue_cert(HOST),
        }
        self.self_signed = folder / "self-signed.pem"
        self.self_signed.write_bytes(other.private_key_pem.bytes() + other.cert_pem.bytes())
        self.trusted = trusted
        self.client_files = {
            "good": self.write("client", trusted.issue_cert("client@fault.test")),
            "bad": self.write("stranger", other.issue_cert("client@fault.test")),
        }

        self.revocations = {
            "current": self.write_list("current", trusted, now + DAY),
            "expired": self.write_list("old", trusted, now - DAY),
            "of another authority": self.write_list("other", other, now + DAY),
        }

    def write_list(self, name: str, authority: trustme.CA, until: datetime.datetime) -> Path:
        """What an authority has revoked (RFC 5280, section 5)."""
        revoked = x509.load_pem_x509_certificate(self.certificates["revoked"].cert_chain_pems[0].bytes())
        since = until - 10 * DAY
        entry = x509.RevokedCertificateBuilder().serial_number(revoked.serial_number).revocation_date(since).build()
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(x509.load_pem_x509_certificate(authority.cert_pem.bytes()).subject)
            .last_update(since)
            .next_update(until)
            .add_revoked_certificate(entry)
            .sign(serialization.load_pem_private_key(authority.private_key_pem.bytes(), None), hashes.SHA256())
        )
        path = self.folder / f"{name}-revocations.pem"
        path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        return path

    def write(self, name: str, certificate: trustme.LeafCert) -> Path:
        path = self.folder / f"{name}.pem"
        certificate.private_key_and_cert_chain_pem.write_to_path(str(path))
        return path

    def server(self, kind: str) -> ssl.SSLContext:
        """A server's side of TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if kind == "self-signed":
            context.load_cert_chain(self.self_signed)
        else:
            self.certificates.get(kind, self.certificates["good"]).configure_cert(context)
        if kind == "old protocol":
            # An OpenSSL of today does not even offer it without being told twice.
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        if kind.startswith("client certificate"):
            context.verify_mode = ssl.CERT_REQUIRED
            self.trusted.configure_trust(context)
            if kind.endswith("1.2"):
                context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context
