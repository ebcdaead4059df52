#!/bin/sh
# nginx is configured with `return 302 /room;`. Does the websockets client follow the redirect?
#
# Guess: Yes: the client follows redirects, and /room is on the same server.
# Seen:  nginx writes http://127.0.0.1:PORT/room; websockets refuses that address (InvalidURI). It follows the same redirect if the address is relative.
# With:  nginx 1.22.1 of Debian 12, websockets 17.4
set -eu
folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet websockets==17.4
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
listening() { python3 -c "
import socket, time
for _ in range(300):
    try: socket.create_connection(('127.0.0.1', $1)).close(); break
    except OSError: time.sleep(0.1)
else: raise SystemExit('it does not listen')"; }
apt-get download -qq nginx=1.22.1-9+deb12u11 > log 2>&1
dpkg-deb -x nginx_*.deb .
cat > server.py <<'PY'
import sys
from websockets.sync.server import serve
serve(lambda connection: connection.send("hello"), "127.0.0.1", int(sys.argv[1])).serve_forever()
PY
backend=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
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
        location = /absolute { return 302 /room; }
        location = /relative { absolute_redirect off; return 302 /room; }
        location = /room {
            proxy_pass http://127.0.0.1:$backend; proxy_http_version 1.1;
            proxy_set_header Upgrade \$http_upgrade; proxy_set_header Connection upgrade;
        }
    }
}
CONF
python/bin/python server.py "$backend" > server.log 2>&1 &
behind=$!
usr/sbin/nginx -p "$folder/" -c nginx.conf > nginx.log 2>&1 &
server="$! $behind"
trap 'kill $server 2>/dev/null || true; rm -rf "$folder"' EXIT
listening "$port"
listening "$backend"
python/bin/python - "$port" <<'PY'
import sys
from websockets.sync.client import connect

def said(path):
    try:
        with connect(f"ws://127.0.0.1:{sys.argv[1]}{path}", proxy=None) as client:
            return client.recv(timeout=20)
    except Exception as error:
        return type(error).__name__

absolute, relative = said("/absolute"), said("/relative")
print("the redirect that nginx makes absolute:", absolute, "- the same, left relative:", relative)
sys.exit((absolute, relative) != ("InvalidURI", "hello"))
PY
