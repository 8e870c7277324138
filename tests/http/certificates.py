"""Certificates of every kind, made for one run of the tests."""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DAY = datetime.timedelta(days=1)


class Authority:
    """An authority and its certificate in a file."""

    def __init__(self, folder: Path, name: str, above: Authority | None = None) -> None:
        self.folder = folder
        self.made = above.made.create_child_ca() if above else trustme.CA(organization_name=name)
        self.serial_numbers: list[int] = []  # of the servers' certificates, in the order in which they were made
        self.file = folder / f"{name}.pem"
        self.pem = self.made.cert_pem.bytes()
        self.file.write_bytes(self.pem)

    def context(self, *hosts: str, expired: bool = False, oldest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        """What a server of those hosts listens with."""
        until = datetime.datetime.now(datetime.timezone.utc) - DAY if expired else None
        leaf = self.made.issue_cert(*(hosts or ("127.0.0.1", "localhost")), not_after=until)
        self.serial_numbers.append(serial_number(leaf.cert_chain_pems[0].bytes()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        if oldest:
            context.minimum_version = oldest
        return context

    def revocations(self, *serial_numbers: int, expired: bool = False) -> str:
        """The list of the certificates that the authority has revoked (RFC 5280, section 5)."""
        now = datetime.datetime.now(datetime.timezone.utc)
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(x509.load_pem_x509_certificate(self.pem).subject)
            .last_update(now - 2 * DAY)
            .next_update(now - DAY if expired else now + DAY)
        )
        for number in serial_numbers:
            entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now - 2 * DAY)
            made = made.add_revoked_certificate(entry.build())
        key = serialization.load_pem_private_key(self.made.private_key_pem.bytes(), None)
        return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    def client(self, name: str) -> tuple[Path, Path]:
        """A client's certificate, with its chain, and its key."""
        leaf = self.made.issue_cert(name)
        certificate = self.folder / f"{name}-certificate.pem"
        key = self.folder / f"{name}-key.pem"
        certificate.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
        key.write_bytes(leaf.private_key_pem.bytes())
        return certificate, key


def serial_number(pem: bytes) -> int:
    return x509.load_pem_x509_certificate(pem).serial_number


def encrypt_key(key: Path, password: bytes) -> Path:
    """The same key, encrypted."""
    loaded = serialization.load_pem_private_key(key.read_bytes(), None)
    target = key.with_suffix(".encrypted.pem")
    target.write_bytes(
        loaded.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password),
        )
    )
    return target


def self_signed(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate that no authority has signed, and its file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    addresses = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.DNSName("self.test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(addresses, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "self-signed.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file = folder / "self-signed-key.pem"
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key_file)
    return context, file
