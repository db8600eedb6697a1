"""HTTP/1.1 connections as httpx transports: the same guarantees on asyncio, on trio and in threads.

    transport     AsyncPoolTransport and PoolTransport: what the client sends over
    pool          idle connections, the last one used first
    connection    one connection: opened, one exchange after another, closed
    connecting    a socket to whichever address connects first, through a proxy where there is one
    tls           a TLS session over a socket or over another session
    stream        a socket; every read and write keeps to a deadline
    http11        the protocol, without I/O
    route         where the server is, by which proxy, and with which TLS contexts

It knows nothing of DevRev and never waits for a free connection: how many there are is for the caller to bound.
"""
