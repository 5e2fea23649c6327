import { parseArgs } from 'node:util';
import { FritzBox } from './index.ts';
import { type ProfileName, profiles } from './profiles.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '49000' },
    host: { type: 'string', default: '127.0.0.1' },
    user: { type: 'string', default: 'monitor' },
    password: { type: 'string', default: 'gürkensalat$1' },
  },
});
const [profile = 'dsl'] = positionals;
if (!Object.hasOwn(profiles, profile))
  throw new Error(`unknown profile ${profile}: choose one of ${Object.keys(profiles).join(', ')}`);
const box = await new FritzBox(profile as ProfileName, { username: values.user, password: values.password }).start(
  Number(values.port),
  values.host,
);
console.log(`ready address=${box.address}`);
// SIGHUP reboots the FRITZ!Box; SIGUSR2 makes it hang, and answer again.
process.on('SIGHUP', () => void box.stop().then(() => box.boot()));
process.on('SIGUSR2', () => {
  box.isHung = !box.isHung;
});
process.on('SIGTERM', () => void box.stop());
