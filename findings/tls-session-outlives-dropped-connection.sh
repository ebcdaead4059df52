#!/bin/sh
# A TLS connection ends without close_notify, as when a server is killed. Can its session be resumed?
#
# Guess: No: OpenSSL marks the session of a connection that was not shut down as not resumable.
# Seen:  Yes, in TLS 1.2 and 1.3, by setting `session` of the next connection: CPython reads and sets copies, which lack the mark.
# With:  CPython 3.11.7, OpenSSL 3.0.19
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost > log 2>&1
python3 - <<'PY'
import socket, ssl, sys, threading

server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain("cert.pem", "key.pem")
listener = socket.create_server(("127.0.0.1", 0))


def greet_and_drop():
    while True:
        connection = server.wrap_socket(listener.accept()[0], server_side=True)
        connection.sendall(b"x")
        connection.recv(1)
        connection.close()  # the socket alone: there was no unwrap()


def connect(client, session):
    raw = socket.create_connection(listener.getsockname(), 20)
    with client.wrap_socket(raw, server_hostname="localhost", session=session, suppress_ragged_eofs=False) as tls:
        tls.recv(1)
        session = tls.session
        tls.sendall(b"x")
        try:
            end = tls.recv(1)
        except ssl.SSLError as error:
            end = type(error).__name__
        return session, end, tls.session_reused


threading.Thread(target=greet_and_drop, daemon=True).start()
changed = False
print("CPython", sys.version.split()[0], "with", ssl.OPENSSL_VERSION)
for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    client = ssl.create_default_context(cafile="cert.pem")
    client.minimum_version = client.maximum_version = version
    session, end, _ = connect(client, None)
    _, _, reused = connect(client, session)
    print(f"{version.name}: the first connection ended by {end}; the second resumed its session: {reused}")
    changed |= end != "SSLEOFError" or not reused
sys.exit(changed)
PY
