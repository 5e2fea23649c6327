# A DNS server that knows no name and says so: NXDOMAIN to whatever it is asked, on the address that it is given.
import socket, sys

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((sys.argv[1], 53))
while True:
    question, asker = server.recvfrom(4096)
    end = 12
    while question[end]:
        end += question[end] + 1
    server.sendto(question[:2] + b'\x81\x83' + question[4:6] + b'\0\0\0\0\0\0' + question[12:end + 5], asker)
