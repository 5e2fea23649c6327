import { igdServices, type ServiceEntry, tr064Services } from './services.ts';

/** The properties of the device in a description. */
export interface Identity {
  name: string;
  manufacturer: string;
  model: string;
  serialNumber: string;
  /** `154.08.02` */
  firmware: string;
  hasWan: boolean;
}

export const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const element = (name: string, content: string) => `<${name}>${content}</${name}>`;

const service = (tree: string, { id, type, controlUrl, scpd }: ServiceEntry) =>
  element(
    'service',
    [
      element('serviceType', type),
      element('serviceId', `urn:${tree}:serviceId:${id}`),
      element('controlURL', controlUrl),
      element('eventSubURL', controlUrl),
      element('SCPDURL', scpd),
    ].join('\n'),
  );

interface Level {
  type: string;
  services: readonly ServiceEntry[];
  devices?: readonly Level[];
}

function device(domain: string, { name, manufacturer, model, serialNumber }: Identity, level: Level): string {
  const identity = { name, manufacturer, model, serialNumber } as Identity;
  return element(
    'device',
    [
      element('deviceType', `urn:${domain}:device:${level.type}:1`),
      element('friendlyName', escaped(name)),
      element('manufacturer', manufacturer),
      element('modelDescription', model),
      element('modelName', model),
      element('UDN', `uuid:123402409-bccb-40e7-8e6c-${serialNumber.replaceAll(':', '')}`),
      element('serialNumber', serialNumber),
      element('serviceList', level.services.map((entry) => service('any-com', entry)).join('\n')),
      ...(level.devices === undefined
        ? []
        : [element('deviceList', level.devices.map((child) => device(domain, identity, child)).join('\n'))]),
      element('presentationURL', 'http://fritz.box'),
    ].join('\n'),
  );
}

const document = (domain: string, inner: string) =>
  `<?xml version="1.0"?>\n<root xmlns="urn:${domain}:device-1-0">\n<specVersion><major>1</major><minor>0</minor></specVersion>\n${inner}\n</root>\n`;

/** `/tr64desc.xml` with the services that `offers` lists. */
export function tr064Description(identity: Identity, offers: (service: ServiceEntry) => boolean): string {
  const of = (services: readonly ServiceEntry[]) => services.filter(offers);
  const [, major = '', minor = '', patch = ''] = /^(\d+)\.(\d+)\.(\d+)/.exec(identity.firmware) ?? [];
  const version = element(
    'systemVersion',
    `<HW>226</HW><Major>${major}</Major><Minor>${Number(minor)}</Minor><Patch>${Number(patch)}</Patch><Buildnumber>100000</Buildnumber><Display>${identity.firmware}</Display>`,
  );
  const wan: Level = {
    type: 'WANDevice',
    services: of(tr064Services.wan),
    devices: [{ type: 'WANConnectionDevice', services: of(tr064Services.connection) }],
  };
  const lan: Level = { type: 'LANDevice', services: of(tr064Services.lan) };
  const root: Level = {
    type: 'InternetGatewayDevice',
    services: of(tr064Services.device),
    devices: identity.hasWan ? [lan, wan] : [lan],
  };
  return document('dslforum-org', `${version}\n${device('dslforum-org', identity, root)}`);
}

/** `/igddesc.xml` */
export function igdDescription(identity: Identity): string {
  const wan: Level = {
    type: 'WANDevice',
    services: igdServices.wan,
    devices: [{ type: 'WANConnectionDevice', services: igdServices.connection }],
  };
  return document(
    'schemas-upnp-org',
    device('schemas-upnp-org', identity, { type: 'InternetGatewayDevice', services: [], devices: [wan] }),
  );
}

const variable = (argument: string) => argument.replace(/^New/, '');

const typeOf = (value: string) => (/^\d{1,10}$/.test(value) ? 'ui4' : /^-\d{1,10}$/.test(value) ? 'i4' : 'string');

/** The description of a service: its actions, with their answers. */
export function scpd(answers: Record<string, Record<string, string>>): string {
  const argument = (name: string) =>
    element(
      'argument',
      `<name>${name}</name><direction>out</direction><relatedStateVariable>${variable(name)}</relatedStateVariable>`,
    );
  const actions = Object.entries(answers).map(([name, values]) =>
    element('action', `<name>${name}</name>${element('argumentList', Object.keys(values).map(argument).join('\n'))}`),
  );
  const variables = new Map(
    Object.values(answers).flatMap((values) =>
      Object.entries(values).map(([name, value]) => [variable(name), typeOf(value)] as const),
    ),
  );
  const states = [...variables].map(
    ([name, type]) => `<stateVariable sendEvents="no"><name>${name}</name><dataType>${type}</dataType></stateVariable>`,
  );
  return `<?xml version="1.0"?>\n<scpd xmlns="urn:dslforum-org:service-1-0">\n${element('actionList', actions.join('\n'))}\n${element('serviceStateTable', states.join('\n'))}\n</scpd>\n`;
}

const envelope = (body: string) =>
  `<?xml version="1.0"?>\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">\n<s:Body>\n${body}\n</s:Body>\n</s:Envelope>`;

export const answer = (type: string, action: string, values: Record<string, string>) =>
  envelope(
    `<u:${action}Response xmlns:u="${type}">\n${Object.entries(values)
      .map(([name, value]) => element(name, escaped(value)))
      .join('\n')}\n</u:${action}Response>`,
  );

const faultDescriptions: Record<number, string> = {
  401: 'Invalid Action',
  402: 'Invalid Args',
  501: 'Action Failed',
  606: 'Action Not Authorized',
  713: 'SpecifiedArrayIndexInvalid',
  820: 'Internal Error',
};

export const fault = (code: number) =>
  envelope(
    `<s:Fault>\n<faultcode>s:Client</faultcode>\n<faultstring>UPnPError</faultstring>\n<detail>\n<UPnPError xmlns="urn:dslforum-org:control-1-0">\n<errorCode>${code}</errorCode>\n<errorDescription>${faultDescriptions[code] ?? ''}</errorDescription>\n</UPnPError>\n</detail>\n</s:Fault>`,
  );

export const page = (status: number, title: string, error: string) =>
  `<HTML><HEAD><TITLE>${status} ${title} (${error})</TITLE></HEAD><BODY><H1>${status} ${title}</H1><BR>${error}<HR><B>Webserver</B> Thu, 01 Jan 2026 00:00:00 GMT</BODY></HTML>`;
