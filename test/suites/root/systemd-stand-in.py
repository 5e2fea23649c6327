"""Owns systemd's name on a bus and has failed units: systemd-stand-in.py ADDRESS UNIT… Debian: python3-dbus, python3-gi."""

import sys

import dbus
import dbus.bus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

MANAGER = "org.freedesktop.systemd1.Manager"


class Manager(dbus.service.Object):
    @dbus.service.method(MANAGER, in_signature="as", out_signature="a(ssssssouso)")
    def ListUnitsFiltered(self, states):
        if list(states) != ["failed"]:
            raise dbus.exceptions.DBusException("no such state", name="org.freedesktop.DBus.Error.InvalidArgs")
        none = dbus.ObjectPath("/")
        return [
            (name, "Unit of a test", "loaded", "failed", "failed", "", dbus.ObjectPath("/unit"), dbus.UInt32(0), "", none)
            for name in sys.argv[2:]
        ]


dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.bus.BusConnection(sys.argv[1])
name = dbus.service.BusName("org.freedesktop.systemd1", bus)
manager = Manager(bus, "/org/freedesktop/systemd1")
print("ready", flush=True)
GLib.MainLoop().run()
