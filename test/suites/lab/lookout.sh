#!/usr/bin/env bash
# lookout.sh SITE ADDRESS …: says, as an agent called lookout does, whether each site's router answers from here.
say() { mosquitto_pub -h 127.0.0.1 -u infra-monitor -P secret -r -q 1 -t "infra-monitor/lookout/$1" -m "$2"; }
say agent/lookout '{"site":"Berlin"}'
say agent/lookout/availability online
say status online
while sleep 2; do
  set -- "$@"
  for ((index = 1; index < $#; index += 2)); do
    address=$((index + 1))
    site=${!index,,}
    ping -q -c 1 -W 1 "${!address}" >/dev/null && reachable=ON || reachable=OFF
    say "router/$site" "{\"reachable\":\"$reachable\"}"
    say "router/$site/availability" online
  done
done
