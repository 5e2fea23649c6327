# A network of its own behind a TUN device: hosts that answer echoes late, twice or not at all, by the last number of
# their address: 2 after 60 ms; 3 twice; 4 after 20 and 80 ms in turns; any other never.
import fcntl, heapq, os, select, struct, subprocess, sys, time

device = os.open('/dev/net/tun', os.O_RDWR)
fcntl.ioctl(device, 0x400454CA, struct.pack('16sH', b'far0', 0x0001 | 0x1000))  # TUNSETIFF, IFF_TUN | IFF_NO_PI
for command in (['addr', 'add', '10.66.0.1/24', 'dev', 'far0'], ['link', 'set', 'far0', 'up']):
    subprocess.run(['ip', *command], check=True)
print('ready', flush=True)


def checksum(data):
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data + b'\0' * (len(data) % 2) if len(data) % 2 else data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def reply(packet):
    length = (packet[0] & 15) * 4
    echo = b'\0\0\0\0' + packet[length + 4:]
    echo = echo[:2] + struct.pack('!H', checksum(echo)) + echo[4:]
    return packet[:12] + packet[16:20] + packet[12:16] + packet[20:length] + echo


waiting, count = [], 0
while True:
    until = max(0, waiting[0][0] - time.monotonic()) if waiting else None
    if select.select([device], [], [], until)[0]:
        packet = os.read(device, 65535)
        if packet[0] >> 4 == 4 and packet[9] == 1 and packet[(packet[0] & 15) * 4] == 8:
            count += 1
            delays = {2: [60], 3: [10, 11], 4: [20 if packet[(packet[0] & 15) * 4 + 7] % 2 else 80]}.get(packet[19], [])
            for delay in delays:
                heapq.heappush(waiting, (time.monotonic() + delay / 1000, count, reply(packet)))
    while waiting and waiting[0][0] <= time.monotonic():
        os.write(device, heapq.heappop(waiting)[2])
