"""The rows of the hostile suite.

Each is something that a server, a network or a caller may do, with the required result.

`-> E`: the attempt ends with `connection_error`, once, and `last_error` says why. `-> C(code)`: we send Close with that
code, then `connection_closed(False)` comes, once. What holds for every row is in `scenario.py`.
"""

from __future__ import annotations

__all__ = ["LATER", "ROWS"]

ROWS = {
    # Opening handshake and HTTP
    "A01": (
        "status 200/204/301-without-Location/400/401/403/404/426/500/503 -> E with status; body prefix kept <= 4 KiB"
    ),
    "A02": "HTTP/1.0 101 -> E",
    "A03": 'garbage first line, TLS ClientHello echoed, SSH banner, HTTP/2 preface -> E "not a WebSocket server"',
    "A04": "status line of 8 KiB+1 -> E, read stops",
    "A05": "endless status line, no newline -> E at cap",
    "A06": "129 headers -> E",
    "A07": "one 8 KiB+1 header -> E",
    "A08": "header drip 1 byte/s -> E at handshake timeout (total, not per byte)",
    "A09": "obs-fold continuation, space before colon, NUL/CR/LF inside value, non-ASCII name -> E",
    "A10": "bare-LF line ends -> E (strict)",
    "A11": "missing/duplicate/wrong Upgrade -> E",
    "A12": "Connection: keep-alive, Upgrade -> accepted; Connection: close -> E",
    "A13": "accept missing / wrong / duplicated / wrong case of base64 -> E",
    "A14": "unrequested subprotocol, two protocols, protocol with spaces, requested but none -> E",
    "A15": "unrequested extension, unknown extension, duplicated permessage-deflate -> E",
    "A16": (
        'server_max_window_bits = 0, 7, 8 (zlib\'s rule), 16, 99, "", "Arabic digits", repeated -> accepted only '
        "if legal, else E (never an exception)"
    ),
    "A17": "101 head and first frames in one TCP segment -> open, then data in order",
    "A18": "101 head split at every byte -> open",
    "A19": "several heads (100 Continue then 101) -> 1xx skipped within the limits of one head, more -> E",
    "A20": "head followed by FIN -> established then closed(False), or E if incomplete",
    "A21": "401 with 1 GiB body -> E, body read <= 4 KiB, socket closed",
    "A22": "chunked error body with bad sizes, 16+ hex digits, negative length, duplicate Content-Length -> E",
    "A23": "redirect loop / 11 hops / relative / to http: file: javascript: -> E or followed <= limit",
    "A24": (
        "redirect to other host/port/scheme: Authorization, Cookie, Proxy-Authorization, custom secret headers "
        "absent in the second request"
    ),
    "A25": "redirect wss->ws -> refused",
    "A26": (
        "redirect to 127.0.0.1/169.254/RFC1918 from a public origin -> refused unless allowed (SSRF/DNS rebinding"
        " guard)"
    ),
    "A27": "random 0-64 KiB heads (fuzz) -> E, no exception",
    "A28": "ReDoS strings (64 KiB of spaces/commas/quotes in extension and protocol headers) -> E in < 5 ms",
    "A29": "response to a previous key (replay) -> E",
    "A30": 'captive portal HTML with 200 -> E with the hint "captive portal?"',
    # Frame parser
    "B01": "every message split at every byte boundary -> identical result",
    "B02": "masked server frame -> C(1002)",
    "B03": "RSV1/2/3 set without extension -> C(1002)",
    "B04": "opcodes 3-7, 11-15 -> C(1002)",
    "B05": "length 126/127 forms not minimal -> C(1002)",
    "B06": "64-bit length with top bit -> C(1002)",
    "B07": "length 2**63-1, 2**40, max+1 -> C(1009) before any payload is buffered or allocated",
    "B08": (
        "header declares exactly the limit, sends 10 bytes, stalls -> memory grows with what arrived only, "
        "heartbeat ends it"
    ),
    "B09": "continuation without start -> C(1002)",
    "B10": "new text/binary inside a fragmented message -> C(1002)",
    "B11": "interleaved ping/pong/close inside fragments -> handled, message intact",
    "B12": "control frame > 125 -> C(1002)",
    "B13": "fragmented control frame -> C(1002)",
    "B14": "empty text, empty binary, empty fragments -> delivered once as empty",
    "B15": "data after a Close frame -> ignored",
    "B16": "Close in mid-message -> C, partial message not delivered",
    "B17": "10 MiB of random bytes -> C(1002), C(1007) or C(1009), no exception (fuzz)",
    "B18": (
        "valid stream then one flipped bit at each position (mutation) -> never a wrong message accepted as text "
        "without UTF-8 validity, never a hang"
    ),
    "B19": (
        "differential run against websockets and wsproto on generated streams -> same verdicts (documented exceptions)"
    ),
    "B20": (
        "mask quality: 10 000 sent frames -> all masks distinct, chi-square sane, os.urandom failing -> clean "
        "E/C, never a zero mask"
    ),
    # Size, count, memory, CPU
    "C01": "message of max, max+1 (single frame) -> delivered / C(1009)",
    "C02": "same split in fragments -> same",
    "C03": 'infinite 1-byte fragments, FIN never -> C(1009 "too many fragments") at the count cap, memory flat',
    "C04": "infinite *empty* continuations -> idem",
    "C05": "8 000 x 512 B fragments -> linear time (< 50 ms)",
    "C06": (
        "100 000 tiny messages in one segment with budget 2 ms -> spread over polls, order kept, TCP window "
        "closes, no drop"
    ),
    "C07": (
        "application never reads packets -> inbound queue stops at its cap by not reading the socket; RSS flat "
        "for 10 min"
    ),
    "C08": (
        "peer never reads -> put_packet returns ERR_OUT_OF_MEMORY at the cap; queue intact; recovers when peer reads"
    ),
    "C09": "put_packet of 0, 1, 125, 126, 65535, 65536, max, max+1 bytes -> OK and so on, the last ERR_OUT_OF_MEMORY",
    "C10": "20 000 connects/closes -> fds, threads, RSS constant",
    "C11": "2 000 clients in one PollGroup, one flooding -> others' latency bounded (fairness)",
    "C12": "slow drip: 1 byte/poll of a 1 MiB message for an hour -> CPU per poll constant (no rescans)",
    "C13": (
        "memory limit (RLIMIT_AS) hit inside parser -> MemoryError handled as C(1011) if possible, otherwise "
        "propagates cleanly once"
    ),
    "C14": (
        "handler that takes 1 s per message -> budget counts it; other clients reported late, heartbeat not "
        "blamed on the peer"
    ),
    # permessage-deflate
    "D01": "200 MiB bomb in 204 KB -> C(1009), peak extra memory <= max message + 64 KiB",
    "D02": "bomb spread in fragments -> same",
    "D03": "bomb exactly at limit -> delivered",
    "D04": "limit tripped, then malformed bytes -> still one terminal signal",
    "D05": (
        "corrupt/truncated stream, empty compressed message, missing tail -> C(1007 or 1002) / empty message as "
        "RFC 7692 says"
    ),
    "D06": "RSV1 on continuation or control -> C(1002)",
    "D07": "no_context_takeover both ways honoured; context reuse when told not to -> C",
    "D08": "compressed text that inflates to invalid UTF-8 -> C(1007)",
    "D09": "many 1-byte compressed messages (CPU amplification) -> per-poll byte/time budget holds",
    "D10": "messages under a threshold leave uncompressed; a CRIME/BREACH note in the docs",
    # Text and closing
    "E01": (
        "invalid UTF-8: lone continuation, overlong, surrogates, > U+10FFFF, truncated at end, split in each "
        "place across fragments -> C(1007), fail fast"
    ),
    "E02": "put_packet in text mode with invalid UTF-8 -> ERR_INVALID_DATA, nothing sent",
    "E03": (
        'Close without a code -> server_close_request(0, ""), clean True, close_code 1005; a 1-byte body -> C(1002)'
    ),
    "E04": (
        "codes 0, 999, 1004, 1005, 1006, 1012-1014, 1015, 1016, 2999, 3000, 4999, 5000 -> legal ones echoed, "
        "others C(1002)"
    ),
    "E05": "reason 123 / 124 bytes, invalid UTF-8, trailing NUL (Godot) -> ok / C(1002) / C(1007) / stripped",
    "E06": (
        "our disconnect_from_host(code, reason) with an illegal code or a reason over 123 UTF-8 bytes -> "
        "ValueError, the connection untouched"
    ),
    "E07": "server never answers our Close -> connection_closed(False) at close timeout",
    "E08": "both sides close at once -> one signal, clean True",
    "E09": (
        "server sends last message + Close + FIN in one segment -> data_received then server_close_request then "
        "connection_closed(True); packet readable afterwards"
    ),
    "E10": "RST instead of FIN at each state -> one terminal signal",
    "E11": (
        "disconnect_from_host in every state incl. resolving, connecting, proxy, TLS, half-closed -> documented "
        "result, no late signal"
    ),
    "E12": (
        "half-close by server (FIN without Close) while we still send -> closed(False), unsent bytes counted in "
        "last_error"
    ),
    # Heartbeat and time
    "F01": "ping -> pong with same payload in the same poll",
    "F02": "ping flood 100 k -> one pong waiting (the newest), poll() within its budget, the connection stays",
    "F03": "unsolicited pongs, pongs with other payload -> ignored",
    "F04": 'no pong -> C(1011)->closed(False) at timeout, reason "no pong for N s"',
    "F05": "big slow message while ping pending -> not killed (bytes are life)",
    "F06": "no poll for 60 s, then poll with data waiting -> survives, warning",
    "F07": "system clock jumps +-1 day, NTP slew -> no effect (monotonic)",
    "F08": (
        "laptop suspend 1 h -> the first poll() pings at once; the end comes one interval later, one terminal signal"
    ),
    "F09": "poll() called 10 000x/s and 1x/10 s -> correct both",
    # Network, TLS, DNS, proxy
    "G01": (
        "DNS: NXDOMAIN, timeout, 0 addresses, 200 addresses, mixed A/AAAA, resolver thread raising UnicodeError "
        "(64-char label, a..b do so) -> E with stage=resolve, never an exception"
    ),
    "G02": "DNS answer after cancel/close/reconnect -> ignored",
    "G03": "exit of the interpreter while DNS hangs -> immediate",
    "G04": "IPv6 black-holed, IPv4 fine -> open < 500 ms",
    "G05": "first address refused -> next at once",
    "G06": "Windows refused port -> E in < 100 ms after OS report, not 20 s",
    "G07": "SYN black hole -> E at connect timeout",
    "G08": (
        "EINTR, EAGAIN, ENOBUFS, EMFILE, ENETUNREACH, EHOSTUNREACH, ECONNABORTED, EPIPE, ETIMEDOUT injected at "
        "each syscall -> defined result"
    ),
    "G09": "partial send of 1 byte each -> stream intact",
    "G10": (
        "TLS: expired, not yet valid, self-signed, wrong host, IP-SAN, wildcard misuse, unknown CA, weak key, TLS"
        " 1.0/1.1 only, no shared cipher, client cert required -> E with OpenSSL reason"
    ),
    "G11": "verify_ssl=False -> works, WARN log once, hostname off too",
    "G12": "pinned trusted_ssl_certificate other cert -> E",
    "G13": "TLS handshake stalls after ClientHello / drips -> E at timeout",
    "G14": (
        "TLS asks for a read while writing and the reverse (renegotiation, key update) -> progress, no spin; with"
        " memory BIOs the write side cannot block: say so in the test"
    ),
    "G15": "16 KiB record then short reads: pending() data delivered without new socket readiness",
    "G16": "close_notify missing (ragged EOF) -> closed(False)",
    "G17": "plain server on wss, TLS server on ws -> E with hint",
    "G18": (
        "HTTP proxy: 407, 502, slow, garbage, 200 + early bytes, credentials with :/@/CRLF -> E / works / "
        "refused; proxy credentials never reach the origin"
    ),
    "G19": "SOCKS5: wrong version, auth refused, reply codes 1-8, truncated, domain 255/256 bytes -> E",
    "G20": "env proxies malformed, no_proxy with ports, CIDR, leading dots -> documented",
    "G21": "fd >= 1024 (select limit) -> poll/epoll used, works",
    "G22": "fork after connect, pickling, deepcopy of a client -> refused with a clear error",
    "G23": "SIGINT in poll -> KeyboardInterrupt propagates, next poll is consistent",
    "G24": "network change (interface down) -> ends within heartbeat",
    # API misuse, signals, re-entrancy
    "H01": (
        "call every public method in every state with random arguments -> error codes, no exceptions except "
        "TypeError/ValueError of the argument"
    ),
    "H02": (
        "a handler raises -> the other handlers of that emission still run, the state is consistent, the "
        "exception then leaves poll() (several: an ExceptionGroup), and the events not yet delivered come with "
        "the next poll()"
    ),
    "H03": (
        "inside each signal: close, reconnect, connect another client, disconnect the handler, add a handler, "
        "poll() (a silent no-op), drop the last reference -> all fine"
    ),
    "H04": "handler removed during emit -> called at most once more, documented",
    "H05": "poll() from a second thread while first polls -> detected",
    "H06": (
        "URL with CR/LF/NUL/space/backslash, port 0/65536/-42/abc, empty host, ws:///, a scheme other than "
        "ws/wss/none -> ERR_INVALID_PARAMETER, nothing on the wire, no signal; a fragment is dropped; userinfo "
        "becomes a Basic Authorization header and never shows in logs"
    ),
    "H07": "header value or name with CR/LF/NUL, Host/Upgrade/Sec-* overrides, 1 MiB header -> refused",
    "H08": "subprotocol with separators, duplicates, non-ASCII -> refused",
    "H09": "gc with cycles, client dropped while open -> socket closed, ResourceWarning, no exception in __del__",
    "H10": "interpreter shutdown with open clients -> no traceback",
    "H11": (
        "signal order property: for every schedule, established <= data* <= close_request? <= closed, or error alone"
    ),
    "H12": "subclass overriding poll, _on_*, or a custom transport that raises -> as a raising handler, H02",
    "H13": "free-threaded build: two clients in two threads -> independent",
    "H14": (
        "Variant codec: random bytes, depth 10 000, length 2**31, object types, NaN/-0, truncated -> "
        "ERR_INVALID_DATA, no recursion error, no code executed"
    ),
    "H15": (
        "multiplayer head < 9 bytes, unknown type, spoofed from, id 0/1/negative, DEL of unknown peer, 1,000,000 "
        "ADDs -> ignored or closed, peer table bounded"
    ),
    # Output safety
    "I01": "server text with ANSI/OSC escapes in CLI and logs -> escaped",
    "I02": "log at DEBUG: Authorization, Cookie, URL userinfo, query tokens redacted",
    "I03": "close reason/HTTP reason with control characters -> escaped in last_error",
    "I04": "frame dump of 1 GiB message -> truncated, no copy",
    # Chaos and soak
    "J01": (
        "24 h soak at 60 Hz with random latency, loss, reorder-at-proxy, resets (toxiproxy-like fixture) -> 0 "
        "leaks, 0 lost messages outside resets"
    ),
    "J02": (
        "server restarts every 5-30 s, 500 bots -> reconnects spread by jitter (no thundering herd), one "
        "connecting per endpoint at a time unless told otherwise"
    ),
    "J03": "the Autobahn suite, all 517 cases, 100 % (deviations listed with their reason) on each release",
    "J04": "1,000,000,000 fuzz executions total before 1.0, corpus kept",
    "J05": "replay of recorded sessions gives byte-identical signals",
    "J06": "frame-time: idle p99 < 20 us; 1 000 msg/s x 100 B p99 < 500 us; budget overrun never > 1 chunk",
}
"""Returns the text of each row, by its name."""

LATER = {
    "H14": "is tried with the Variant codec",
    "H15": "is tried with the multiplayer mode",
    "J01": "takes a day: make soak HOURS=24, a command of its own",
    "J03": "takes minutes, and the Autobahn suite: make autobahn, a command of its own",
    "J04": "takes days: make fuzz, a command of its own",
    "J06": "milliseconds are measured in benchmarks/, not asserted",
}
"""Rows that nothing here tries, and why."""
