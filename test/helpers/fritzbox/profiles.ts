import type { Identity } from './documents.ts';
import { type HostEntry, homeHosts, homeMesh } from './home.ts';

/** Answers by service and action. The seconds since the start are added to `UpTime` and `Uptime`. */
export type Answers = Record<string, Record<string, Record<string, string>>>;

export interface Profile {
  identity: Identity;
  answers: Answers;
  hosts: readonly HostEntry[];
  /** The mesh list; undefined unless the device is the mesh master. */
  mesh?: object;
}

const maker = { manufacturer: 'AVM', serialNumber: '02:00:5E:00:53:01', hasWan: true };

const wlan = (
  channel: number,
  band: string,
  ssid: string,
  clients: number,
  kind: 'normal' | 'guest' = 'normal',
  status = 'Up',
) => ({
  GetInfo: {
    NewEnable: status === 'Up' ? '1' : '0',
    NewStatus: status,
    NewMaxBitRate: 'Auto',
    NewChannel: String(channel),
    NewSSID: ssid,
    NewStandard: band === '2400' ? 'n' : 'ax',
    'NewX_AVM-DE_FrequencyBand': band,
  },
  GetChannelInfo: { NewChannel: String(channel), NewPossibleChannels: '1,6,11', 'NewX_AVM-DE_FrequencyBand': band },
  GetTotalAssociations: { NewTotalAssociations: String(clients) },
  'X_AVM-DE_GetWLANExtInfo': {
    'NewX_AVM-DE_APEnabled': status === 'Up' ? '1' : '0',
    'NewX_AVM-DE_APType': kind,
    'NewX_AVM-DE_FrequencyBand': band,
  },
  GetSecurityKeys: { NewPreSharedKey: '', NewKeyPassphrase: 'wlan-secret-1' },
});

const common = (model: string, firmware: string, latest?: string): Answers => ({
  DeviceInfo1: {
    GetInfo: {
      NewManufacturerName: 'AVM',
      NewModelName: model,
      NewDescription: `${model} ${firmware}`,
      NewSerialNumber: '02005E005301',
      NewSoftwareVersion: firmware,
      NewHardwareVersion: model,
      NewUpTime: '86400',
      NewDeviceLog:
        '01.01.26 03:04:05 Login of user secret-person from 192.0.2.77.\n01.01.26 03:04:04 Internet connection established.',
    },
    GetSecurityPort: { NewSecurityPort: '49443' },
  },
  DeviceConfig1: { Reboot: {} },
  LANConfigSecurity1: {
    'X_AVM-DE_GetCurrentUser': {
      'NewX_AVM-DE_CurrentUsername': 'monitor',
      'NewX_AVM-DE_CurrentUserRights': '<rights><path>BoxAdmin</path><access>readonly</access></rights>',
    },
    'X_AVM-DE_GetAnonymousLogin': { 'NewX_AVM-DE_AnonymousLoginEnabled': '0' },
    'X_AVM-DE_GetUserList': { 'NewX_AVM-DE_UserList': '<List><Username last_user="1">fritz4711</Username></List>' },
  },
  UserInterface1: {
    GetInfo: {
      NewUpgradeAvailable: latest === undefined ? '0' : '1',
      'NewX_AVM-DE_Version': latest ?? '',
      'NewX_AVM-DE_UpdateState': latest === undefined ? 'NoUpdate' : 'UpdateAvailable',
    },
  },
  Hosts1: {
    GetHostNumberOfEntries: { NewHostNumberOfEntries: '6' },
    'X_AVM-DE_GetChangeCounter': { 'NewX_AVM-DE_ChangeCounter': '7' },
    'X_AVM-DE_GetHostListPath': { 'NewX_AVM-DE_HostListPath': '/devicehostlist.lua' },
    'X_AVM-DE_GetMeshListPath': { 'NewX_AVM-DE_MeshListPath': '/meshlist.lua' },
  },
  WLANConfiguration1: wlan(6, '2400', 'Hollow', 3),
  WLANConfiguration2: wlan(52, '5000', 'Hollow', 2),
  WLANConfiguration3: wlan(6, 'unknown', 'Hollow guests', 1, 'guest'),
});

/** The part that requires no login. */
const igd = (access: string, down: number, up: number): Answers => ({
  WANCommonIFC1: {
    GetCommonLinkProperties: {
      NewWANAccessType: access,
      NewLayer1UpstreamMaxBitRate: String(up),
      NewLayer1DownstreamMaxBitRate: String(down),
      NewPhysicalLinkStatus: 'Up',
    },
    GetTotalBytesSent: { NewTotalBytesSent: '705032704' },
    GetTotalBytesReceived: { NewTotalBytesReceived: '3567587328' },
    GetAddonInfos: {
      NewByteSendRate: '12000',
      NewByteReceiveRate: '345000',
      NewPacketSendRate: '0',
      NewPacketReceiveRate: '0',
      NewTotalBytesSent: '705032704',
      NewTotalBytesReceived: '3567587328',
      NewAutoDisconnectTime: '0',
      NewIdleDisconnectTime: '0',
      NewDNSServer1: '192.0.2.53',
      NewDNSServer2: '192.0.2.54',
      NewVoipDNSServer1: '192.0.2.53',
      NewVoipDNSServer2: '192.0.2.54',
      NewUpnpControlEnabled: '0',
      NewRoutedBridgedModeBoth: '1',
      NewX_AVM_DE_TotalBytesSent64: '5000000000',
      NewX_AVM_DE_TotalBytesReceived64: '120000000000',
      NewX_AVM_DE_WANAccessType: access,
    },
    X_AVM_DE_GetDsliteStatus: { NewX_AVM_DE_DsliteStatus: '0' },
  },
  WANIPConn1: {
    GetStatusInfo: { NewConnectionStatus: 'Connected', NewLastConnectionError: 'ERROR_NONE', NewUptime: '43200' },
    GetExternalIPAddress: { NewExternalIPAddress: '198.51.100.23' },
    X_AVM_DE_GetExternalIPv6Address: {
      NewExternalIPv6Address: '2001:db8:23::1',
      NewPrefixLength: '64',
      NewValidLifetime: '6000',
      NewPreferedLifetime: '3000',
    },
    X_AVM_DE_GetIPv6Prefix: {
      NewIPv6Prefix: '2001:db8:23:100::',
      NewPrefixLength: '56',
      NewValidLifetime: '6000',
      NewPreferedLifetime: '3000',
    },
  },
});

const link = (access: string, down: number, up: number): Answers => ({
  WANCommonInterfaceConfig1: {
    GetCommonLinkProperties: {
      NewWANAccessType: access,
      NewLayer1UpstreamMaxBitRate: String(up),
      NewLayer1DownstreamMaxBitRate: String(down),
      NewPhysicalLinkStatus: 'Up',
    },
  },
});

const connection = (service: 'WANIPConnection1' | 'WANPPPConnection1'): Answers => ({
  [service]: {
    GetInfo: {
      NewConnectionStatus: 'Connected',
      NewUptime: '43200',
      NewUserName: 'isp-account-4711@provider.example',
      NewExternalIPAddress: '198.51.100.23',
    },
    GetStatusInfo: { NewConnectionStatus: 'Connected', NewLastConnectionError: 'ERROR_NONE', NewUptime: '43200' },
  },
});

/** Invented values in the formats of real FRITZ!Boxes. */
export const profiles = {
  dsl: (): Profile => ({
    identity: { ...maker, name: 'Hollow', model: 'FRITZ!Box 7599', firmware: '199.08.02' },
    hosts: homeHosts,
    mesh: homeMesh,
    answers: {
      ...common('FRITZ!Box 7599', '199.08.02', '199.08.20'),
      ...igd('DSL', 101_000_000, 36_500_000),
      ...link('DSL', 116_797_000, 46_719_000),
      ...connection('WANPPPConnection1'),
      WANDSLInterfaceConfig1: {
        GetInfo: {
          NewEnable: '1',
          NewStatus: 'Up',
          NewDataPath: 'Interleaved',
          NewUpstreamCurrRate: '46719',
          NewDownstreamCurrRate: '116797',
          NewUpstreamMaxRate: '48000',
          NewDownstreamMaxRate: '131072',
          NewUpstreamNoiseMargin: '90',
          NewDownstreamNoiseMargin: '115',
          NewUpstreamAttenuation: '84',
          NewDownstreamAttenuation: '123',
          NewUpstreamPower: '498',
          NewDownstreamPower: '513',
        },
        GetStatisticsTotal: {
          NewLinkRetrain: '2',
          NewErroredSecs: '31',
          NewSeverelyErroredSecs: '4',
          NewFECErrors: '2048',
          NewATUCFECErrors: '512',
          NewCRCErrors: '77',
          NewATUCCRCErrors: '12',
        },
      },
    },
  }),
  cable: (): Profile => ({
    identity: { ...maker, name: 'Cable', model: 'FRITZ!Box 6699 Cable', firmware: '198.07.57' },
    hosts: homeHosts,
    answers: {
      ...common('FRITZ!Box 6699 Cable', '198.07.57'),
      ...igd('Cable', 1_150_000_000, 53_000_000),
      ...link('X_AVM-DE_Cable', 1_150_000_000, 53_000_000),
      ...connection('WANIPConnection1'),
      // These services are listed but support no action.
      WANDSLInterfaceConfig1: {},
      WANPPPConnection1: {},
    },
  }),
  fibre: (): Profile => ({
    identity: { ...maker, manufacturer: 'FRITZ! GmbH', name: 'Glass', model: 'FRITZ!Box 5599', firmware: '197.08.25' },
    hosts: homeHosts,
    answers: {
      ...common('FRITZ!Box 5599', '197.08.25'),
      ...igd('Ethernet', 1_000_000_000, 500_000_000),
      ...link('X_AVM-DE_Fiber', 1_000_000_000, 500_000_000),
      ...connection('WANPPPConnection1'),
      'X_AVM-DE_WANFiber1': {
        GetInfo: {
          NewOpticalSignalLevel: '-17250',
          NewLowerOpticalThreshold: '-28000',
          NewTransmitOpticalLevel: '2130',
          NewSFPSerialNumber: 'sfp-serial-4711',
          NewFiberMode: 'GPON',
        },
      },
      WLANConfiguration4: wlan(0, 'unknown', 'Hollow guests', 0, 'guest', 'Disabled'),
      WLANConfiguration3: wlan(37, '6000', 'Hollow', 1),
    },
  }),
  mobile: (): Profile => ({
    identity: { ...maker, name: 'Meadow', model: 'FRITZ!Box 6899 5G', firmware: '196.08.20' },
    hosts: homeHosts.slice(0, 2),
    answers: {
      ...common('FRITZ!Box 6899 5G', '196.08.20'),
      ...igd('X_AVM-DE_LTE', 0, 0),
      ...link('X_AVM-DE_LTE', 0, 0),
      ...connection('WANIPConnection1'),
      WANDSLInterfaceConfig1: {},
      'X_AVM-DE_WANMobileConnection1': {
        GetInfoEx: {
          NewSerialNumber: 'mobile-serial-4711',
          NewPPPUsername: 'mobile-account-4711',
          NewIMSI: '001010123456789',
          NewRoaming: '0',
          NewCurrentAccessTechnology: '5G-NSA',
          NewSignalRSRP0: '-97',
          NewSignalRSRP1: '0',
          NewCellList: '[]',
        },
      },
    },
  }),
  repeater: (): Profile => ({
    identity: {
      ...maker,
      serialNumber: '02:00:5E:00:53:02',
      hasWan: false,
      name: 'cellar',
      model: 'FRITZ!Repeater 3099',
      firmware: '195.08.03',
    },
    hosts: homeHosts,
    answers: common('FRITZ!Repeater 3099', '195.08.03'),
  }),
} satisfies Record<string, () => Profile>;

export type ProfileName = keyof typeof profiles;
