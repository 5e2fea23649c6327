import { connect } from 'node:tls';
import { errorCodeOf } from './broker-connection-error.ts';
import type { BrokerAddress } from './settings.ts';

const probeTimeoutMs = 3000;

/** Whether the server at this port speaks TLS, whatever its certificate, name or version; false if it does not
 * answer. */
export function speaksTls({ host, port }: Pick<BrokerAddress, 'host' | 'port'>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, rejectUnauthorized: false });
    const end = (answer: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), probeTimeoutMs);
    socket.once('secureConnect', () => end(true));
    // An alert is an answer in TLS: OpenSSL's codes of received alerts contain the word.
    socket.on('error', (error) => end(/^ERR_SSL_.*ALERT/.test(String(errorCodeOf(error)))));
    socket.once('close', () => end(false));
  });
}
