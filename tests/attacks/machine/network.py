"""Connections to loopback, to named and abstract sockets and to the world are opened.

Would gain: the student, a way to the machine that grades.
Known behind another user: what listens in the same container can be reached, where nothing of yours does; the network is refused.
"""

import socket
def connect(family, kind, address):
    try:
        with socket.socket(family, kind) as connection:
            connection.settimeout(0.2)
            connection.connect(address)
            connection.send(MARK.encode())
    except OSError:
        pass
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    connect(socket.AF_INET, kind, ("127.0.0.1", PORT))
    connect(socket.AF_INET6, kind, ("::1", PORT))
    connect(socket.AF_INET6, kind, ("::ffff:127.0.0.1", PORT))
    connect(socket.AF_INET, kind, ("192.0.2.1", 80))
    connect(socket.AF_UNIX, kind, SOCKET)
    connect(socket.AF_UNIX, kind, f"{HOME}/socket")
try:
    socket.getaddrinfo("example.org", 80)
except OSError:
    pass
