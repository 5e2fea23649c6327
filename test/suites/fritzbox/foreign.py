"""Reads a box through fritzconnection and prints what it saw as JSON. Arguments: address, port, user, password."""
import json
import sys

from fritzconnection import FritzConnection
from fritzconnection.core.exceptions import FritzActionError, FritzAuthorizationError
from fritzconnection.lib.fritzhosts import FritzHosts
from fritzconnection.lib.fritzstatus import FritzStatus
from fritzconnection.lib.fritzwlan import FritzWLAN

address, port, user, password = sys.argv[1:]
seen = {}
try:
    box = FritzConnection(address=address, port=int(port), user=user, password=password, timeout=10)
    status = FritzStatus(fc=box)
    seen["model"] = box.modelname
    seen["system"] = box.system_version
    seen["services"] = sorted(box.services)
    seen["uptime"] = box.call_action("DeviceInfo1", "GetInfo")["NewUpTime"]
    seen["firmware"] = box.call_action("DeviceInfo1", "GetInfo")["NewSoftwareVersion"]
    seen["listed"] = [(host["MACAddress"], host["Active"]) for host in FritzHosts(fc=box).get_hosts_attributes()]
    seen["channel"] = FritzWLAN(fc=box, service=1).channel
    seen["clients"] = FritzWLAN(fc=box, service=1).host_number
    for name, ask in {
        "connected": lambda: status.is_connected,
        "external": lambda: status.external_ip,
        "ipv6": lambda: status.external_ipv6,
        "received": lambda: status.bytes_received,
        "margin": lambda: status.noise_margin,
    }.items():
        try:
            seen[name] = ask()
        except Exception as error:
            seen[name] = type(error).__name__
    try:
        box.call_action("WANDSLInterfaceConfig1", "GetInfo")
        seen["dsl"] = True
    except FritzActionError as error:
        seen["dsl"] = type(error).__name__
except FritzAuthorizationError as error:
    seen["refused"] = type(error).__name__
except Exception as error:
    seen["error"] = repr(error)
print(json.dumps(seen))
