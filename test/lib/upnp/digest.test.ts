import { expect, test } from 'vitest';
import {
  computeDigestResponse,
  type DigestChallenge,
  DigestSession,
  parseDigestChallenge,
} from '../../../src/lib/upnp/digest.ts';
import { Secret } from '../../../src/model/secret.ts';

const mufasa = { username: 'Mufasa', password: new Secret('Circle of Life') };
const request = {
  method: 'GET',
  uri: '/dir/index.html',
  count: 1,
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
};
const offer: DigestChallenge = {
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  algorithm: 'MD5',
  qop: 'auth',
  stale: false,
};

test('the examples of RFC 7616, section 3.9.1, and of RFC 2617, section 3.5', () => {
  expect(computeDigestResponse(mufasa, offer, request)).toBe('8ca523f5e9506fed4657c9700eebdbec');
  expect(computeDigestResponse(mufasa, { ...offer, algorithm: 'SHA-256' }, request)).toBe(
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  );
  const older = {
    realm: 'testrealm@host.com',
    nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
    algorithm: 'MD5',
    qop: 'auth',
    stale: false,
  } as const;
  expect(
    computeDigestResponse({ username: 'Mufasa', password: new Secret('Circle Of Life') }, older, {
      ...request,
      cnonce: '0a4f113b',
    }),
  ).toBe('6629fae49393a05397450978507c4ef1');
});

// Each is the `md5sum` of the texts that the RFC concatenates, e.g. printf '%s' 'jörg:HTTPS Access:gürkensalat$1' |
// md5sum
test('UTF-8 credentials, no qop, and a session key', () => {
  const jörg = { username: 'jörg', password: new Secret('gürkensalat$1') };
  const box: DigestChallenge = {
    realm: 'HTTPS Access',
    nonce: '88B30A35B27FDC00',
    algorithm: 'MD5',
    qop: 'auth',
    stale: false,
  };
  const { qop: _, ...old } = box;
  const asked = { method: 'POST', uri: '/upnp/control/deviceinfo', count: 2, cnonce: '0a4f113b' };
  expect(computeDigestResponse(jörg, box, asked)).toBe('d264e2e258c300a6df7d96543a6cda93');
  expect(computeDigestResponse(jörg, old, asked)).toBe('849b6563eefcb31527e0977882196476');
  expect(computeDigestResponse(jörg, { ...box, algorithm: 'MD5-sess' }, asked)).toBe(
    'f47e4663b40d7ad9e456ba5d04b41b91',
  );
});

test.each([
  [
    'as a FRITZ!Box sends it',
    'Digest realm="HTTPS Access",nonce="88B30A35B27FDC00",algorithm=MD5,qop="auth"',
    { realm: 'HTTPS Access', nonce: '88B30A35B27FDC00', algorithm: 'MD5', qop: 'auth', stale: false },
  ],
  [
    'quoted algorithm, blanks, stale',
    'DIGEST  realm = "a \\"b\\", c" , nonce="1" , algorithm="MD5" , stale=TRUE, qop="auth-int, auth"',
    { realm: 'a "b", c', nonce: '1', algorithm: 'MD5', qop: 'auth', stale: true },
  ],
  [
    'the second of several',
    'Basic realm="x", Digest realm="r", nonce="1", algorithm=SHA-512-256, Digest realm="r", nonce="2", algorithm=SHA-256, opaque="o"',
    { realm: 'r', nonce: '2', algorithm: 'SHA-256', opaque: 'o', stale: false },
  ],
  ['RFC 2069', 'Digest realm="r", nonce="n"', { realm: 'r', nonce: 'n', algorithm: 'MD5', stale: false }],
  ['no digest', 'Basic realm="x"', undefined],
  ['integrity alone', 'Digest realm="r", nonce="n", qop="auth-int"', undefined],
  [
    'an algorithm by the name of what every object has',
    'Digest realm="r", nonce="n", algorithm=constructor',
    undefined,
  ],
  ['nothing', '', undefined],
])('a challenge: %s', (_name, header, expected) => {
  expect(parseDigestChallenge(header)).toEqual(expected);
});

test('each request raises the count; a new nonce resets it; the same nonce again is a refusal', () => {
  const digest = new DigestSession(mufasa);
  const count = () => /nc=(\w+)/.exec(digest.authorization('POST', '/') ?? '')?.[1];
  expect(digest.authorization('POST', '/')).toBe(undefined);
  expect(digest.acceptChallenge('Digest realm="r",nonce="1",qop="auth"')).toBe(true);
  expect([count(), count()]).toEqual(['00000001', '00000002']);
  expect(digest.acceptChallenge('Digest realm="r",nonce="1",qop="auth"')).toBe(false);
  expect(digest.acceptChallenge('Digest realm="r",nonce="1",qop="auth",stale=true')).toBe(true);
  expect(digest.acceptChallenge('Digest realm="r",nonce="2",qop="auth"')).toBe(true);
  expect(count()).toBe('00000001');
  expect(digest.acceptChallenge('Basic realm="r"')).toBe(false);
  expect(digest.authorization('POST', '/')).toBe(undefined);
});

test('the count rises even if the router issues the same nonce for ever', () => {
  const digest = new DigestSession(mufasa);
  for (const count of ['00000001', '00000002']) {
    expect(digest.acceptChallenge('Digest realm="r",nonce="1",qop="auth"')).toBe(true);
    expect(digest.authorization('POST', '/')).toContain(`nc=${count}`);
    digest.forget();
  }
});
