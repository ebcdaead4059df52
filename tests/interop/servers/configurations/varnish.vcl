vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "@backend@"; }
sub vcl_recv {
    if (req.url == "/moved") { return (synth(302, "Moved")); }
    if (req.http.upgrade ~ "(?i)websocket") { return (pipe); }
}
sub vcl_pipe {
    set bereq.http.upgrade = req.http.upgrade;
    set bereq.http.connection = req.http.connection;
}
sub vcl_synth {
    if (resp.status == 302) { set resp.http.Location = "/"; return (deliver); }
}
