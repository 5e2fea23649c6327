"""Lets Home Assistant start slowly, and stay in the state of one that stops: both are over too soon to be seen otherwise."""

import asyncio

from homeassistant.core import CoreState


async def async_setup(hass, config):
    await asyncio.sleep(6)

    async def linger(call):
        hass.set_state(CoreState.stopping)
        await asyncio.sleep(6)
        hass.set_state(CoreState.running)

    hass.services.async_register("slow", "linger", linger)
    return True
