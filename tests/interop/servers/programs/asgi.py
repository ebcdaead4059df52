"""Echoes as an ASGI application, for whatever server runs it."""


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return await lifespan(receive, send)
    if scope["type"] != "websocket":
        return None
    await receive()
    if scope["path"] != "/":
        return await refuse(scope, send)
    chosen = "chat.v1" if "chat.v1" in scope["subprotocols"] else None
    await send({"type": "websocket.accept", "subprotocol": chosen})
    while (event := await receive())["type"] == "websocket.receive":
        text = event.get("text")
        if text is not None and text.startswith("!close "):
            _, code, reason = text.split()
            await send({"type": "websocket.close", "code": int(code), "reason": reason})
            break
        answer = {"bytes": event["bytes"]} if text is None else {"text": text}
        await send({"type": "websocket.send", **answer})
    return None


async def lifespan(receive, send):
    while True:
        kind = (await receive())["type"]
        await send({"type": kind + ".complete"})
        if kind == "lifespan.shutdown":
            return


async def refuse(scope, send):
    """Refuses with its own status if the server supports that.

    If not, it refuses by closing (403).
    """
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})
        return
    is_moved = scope["path"] == "/moved"
    headers = [(b"location", b"/")] if is_moved else [(b"content-type", b"text/plain")]
    status = 302 if is_moved else 404
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b"There is nothing here.\n"})
