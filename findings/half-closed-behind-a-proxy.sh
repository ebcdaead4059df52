#!/bin/sh
# A client sends its Close frame and ends its direction of TCP. The server, half a second later, sends its last message and its Close. Do they arrive?
#
# Guess: Yes, through a proxy too: each direction of TCP ends by itself, and RFC 6455 7.1.1 advises to shut down writing and to read to the end.
# Seen:  Without a proxy, and through HAProxy, they arrive. nginx and Caddy end both directions as soon as the client has ended its own: both
#        frames are lost, the server gets a reset or a broken pipe, and the client has no Close frame (1006).
# With:  nginx 1.22.1, Caddy 2.6.2 and HAProxy 2.6.12 of Debian 12
set -eu
folder=$(mktemp -d)
proxy=
trap 'test -z "$proxy" || kill "$proxy" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
free_port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
apt-get download -qq nginx=1.22.1-9+deb12u11 caddy=2.6.2-5 haproxy=2.6.12-1+deb12u4 liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 > log 2>&1
for package in *.deb; do dpkg-deb -x "$package" .; done
export LD_LIBRARY_PATH="$(echo "$folder"/usr/lib/*-linux-gnu)" HOME="$folder"
port=$(free_port)
backend=$(free_port)
mkdir temporary
cat > nginx.conf <<CONF
daemon off; pid $folder/pid; error_log stderr crit;
events {}
http {
    access_log off;
    client_body_temp_path temporary; proxy_temp_path temporary; fastcgi_temp_path temporary;
    uwsgi_temp_path temporary; scgi_temp_path temporary;
    server {
        listen 127.0.0.1:$port;
        location / {
            proxy_pass http://127.0.0.1:$backend; proxy_http_version 1.1;
            proxy_set_header Upgrade \$http_upgrade; proxy_set_header Connection upgrade;
        }
    }
}
CONF
cat > Caddyfile <<CONF
{
    admin off
    auto_https off
}
http://127.0.0.1:$port {
    bind 127.0.0.1
    reverse_proxy 127.0.0.1:$backend
}
CONF
cat > haproxy.cfg <<CONF
defaults
    mode http
    timeout connect 10s
    timeout client 60s
    timeout server 60s
listen proxy
    bind 127.0.0.1:$port
    server backend 127.0.0.1:$backend
CONF
cat > goodbye.py <<'PY'
import base64, hashlib, socket, sys, threading, time

name, port, backend, expected = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
REQUEST = (b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" % port)
ACCEPT = base64.b64encode(hashlib.sha1(b"dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
REPLY = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + ACCEPT + b"\r\n\r\n"
CLOSE_OF_CLIENT = b"\x88\x82\0\0\0\0\x03\xe8"
LAST_MESSAGE, CLOSE = b"\x81\x08goodbye!", b"\x88\x02\x03\xe8"


def read_head(connection):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1) or sys.exit("it ended in the handshake")


def read_to_end(connection):
    received = b""
    try:
        while part := connection.recv(4096):
            received += part
    except ConnectionResetError:
        pass
    return received


def serve():
    connection, _ = listener.accept()
    read_head(connection)
    connection.sendall(REPLY)
    assert read_to_end(connection).startswith(b"\x88")
    time.sleep(0.5)
    try:
        connection.sendall(LAST_MESSAGE + CLOSE)
    except OSError:
        pass
    connection.close()


def connect():
    for _ in range(300):
        try:
            return socket.create_connection(("127.0.0.1", port), 30)
        except ConnectionRefusedError:
            time.sleep(0.1)
    sys.exit("it does not listen")


listener = socket.create_server(("127.0.0.1", backend))
threading.Thread(target=serve, daemon=True).start()
client = connect()
client.sendall(REQUEST)
read_head(client)
client.sendall(CLOSE_OF_CLIENT)
client.shutdown(socket.SHUT_WR)
received = read_to_end(client)
print(f"{name}: {received}")
sys.exit(received != {"both": LAST_MESSAGE + CLOSE, "nothing": b""}[expected])
PY
through() {  # what the client gets, name, command
    expected=$1 name=$2
    shift 2
    "$@" > proxy.log 2>&1 &
    proxy=$!
    python3 goodbye.py "$name" "$port" "$backend" "$expected"
    kill "$proxy"; wait "$proxy" 2>/dev/null || true; proxy=
}
python3 goodbye.py "no proxy" "$backend" "$backend" both
through both HAProxy usr/sbin/haproxy -db -f haproxy.cfg
through nothing nginx usr/sbin/nginx -p "$folder/" -c nginx.conf
through nothing Caddy usr/bin/caddy run --config Caddyfile --adapter caddyfile
