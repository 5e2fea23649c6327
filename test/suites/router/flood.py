# Sends so many bytes over TCP, or takes all that come: flood.py take ADDRESS PORT | flood.py send ADDRESS PORT BYTES
import socket, sys

what, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
if what == 'take':
    server = socket.create_server((address, port))
    print('ready', flush=True)
    taker, _ = server.accept()
    buffer = bytearray(1 << 22)
    while taker.recv_into(buffer):
        pass
else:
    left, chunk = int(sys.argv[4]), bytes(1 << 22)
    with socket.create_connection((address, port)) as sender:
        while left > 0:
            sender.sendall(chunk)
            left -= len(chunk)
