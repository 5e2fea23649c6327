/** A service as a description lists it. */
export interface ServiceEntry {
  id: string;
  type: string;
  controlUrl: string;
  scpd: string;
}

const tr064 = (id: string, control: string, scpd: string): ServiceEntry => {
  const [, name = id, version = '1'] = /^(.*?)(\d)$/.exec(id) ?? [];
  return {
    id,
    type: `urn:dslforum-org:service:${name}:${version}`,
    controlUrl: `/upnp/control/${control}`,
    scpd: `/${scpd}SCPD.xml`,
  };
};

const igd = (id: string, type: string, scpd: string): ServiceEntry => ({
  id,
  type: `urn:schemas-upnp-org:service:${type}:1`,
  controlUrl: `/igdupnp/control/${id}`,
  scpd: `/${scpd}SCPD.xml`,
});

const deviceServices = [
  tr064('DeviceInfo1', 'deviceinfo', 'deviceinfo'),
  tr064('DeviceConfig1', 'deviceconfig', 'deviceconfig'),
  tr064('LANConfigSecurity1', 'lanconfigsecurity', 'lanconfigsecurity'),
  tr064('UserInterface1', 'userif', 'userif'),
];

const lanServices = [
  ...[1, 2, 3, 4].map((instance) => tr064(`WLANConfiguration${instance}`, `wlanconfig${instance}`, 'wlanconfig')),
  tr064('Hosts1', 'hosts', 'hosts'),
  tr064('LANEthernetInterfaceConfig1', 'lanethernetifcfg', 'ethifconfig'),
];

const wanServices = [
  tr064('WANCommonInterfaceConfig1', 'wancommonifconfig1', 'wancommonifconfig'),
  tr064('WANDSLInterfaceConfig1', 'wandslifconfig1', 'wandslifconfig'),
  tr064('X_AVM-DE_WANFiber1', 'x_wanfiber', 'x_wanfiber'),
  tr064('X_AVM-DE_WANMobileConnection1', 'x_wanmobileconn', 'x_wanmobile'),
];

const connectionServices = [
  tr064('WANIPConnection1', 'wanipconnection1', 'wanipconn'),
  tr064('WANPPPConnection1', 'wanpppconn1', 'wanpppconn'),
];

export const tr064Services = {
  device: deviceServices,
  lan: lanServices,
  wan: wanServices,
  connection: connectionServices,
};

export const igdServices = {
  wan: [igd('WANCommonIFC1', 'WANCommonInterfaceConfig', 'igdicfg')],
  connection: [igd('WANIPConn1', 'WANIPConnection', 'igdconn')],
};

export const allServices: readonly ServiceEntry[] = [
  ...Object.values(tr064Services),
  ...Object.values(igdServices),
].flat();
