// oidc-provider with the addresses and the parameter `audience` of Auth0, over HTTPS on localhost.
// PORT: where. CERTIFICATE: a PEM file, the key in it. AUDIENCE: the API whose tokens it issues.
// Any login name and password will do. The signing key is a new one at each start.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

import Provider, { errors } from 'oidc-provider';

const { PORT, CERTIFICATE, AUDIENCE } = process.env;

const application = {
  // As native ones, they may come back to any port of this machine (RFC 8252 section 7.3).
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/docs/oauth2-redirect.html'],
  token_endpoint_auth_method: 'none',
};

const api = {
  audience: AUDIENCE,
  scope: 'read:messages write:messages',
  accessTokenFormat: 'jwt',
  jwt: { sign: { alg: 'RS256' } },
};

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

const provider = new Provider(`https://localhost:${PORT}/`, {
  clients: [
    { ...application, client_id: 'spa' },
    { ...application, client_id: 'spa-with-dpop', dpop_bound_access_tokens: true },
  ],
  jwks: { keys: [{ ...key, use: 'sig', alg: 'RS256' }] },
  cookies: { keys: [randomUUID()] },
  routes: { authorization: '/authorize', token: '/oauth/token', jwks: '/.well-known/jwks.json' },
  clientBasedCORS: (ctx, origin) => new URL(origin).hostname === '127.0.0.1',
  extraParams: ['audience'],
  features: {
    dPoP: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx) => ctx.oidc.params.audience,
      useGrantedResource: () => true,
      getResourceServerInfo(ctx, resource) {
        if (resource !== AUDIENCE) throw new errors.InvalidTarget();
        return api;
      },
    },
  },
});

const pem = readFileSync(CERTIFICATE);
createServer({ key: pem, cert: pem }, provider.callback()).listen(Number(PORT), '127.0.0.1', () => {
  console.log('ready');
});
