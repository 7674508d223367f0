// Starts Swagger UI with the settings that the page carries:
// {document: URL, login: null or {client_id, audience, scopes}}.

const element = document.querySelector("#explorer");
const { document: documentUrl, login } = JSON.parse(element.dataset.settings);

// What cannot be done from here: make a DPoP proof for each request, and log in without a client.
const UNUSABLE_SCHEMES = ["dpopToken", "dpopProof", ...(login ? [] : ["auth0"])];

/** "Bearer   Bearer x " → "Bearer x": Swagger UI writes its own "Bearer " before what was pasted. */
const tidy = (authorization) =>
  authorization.replace(/^(\s*(authorization:)?\s*bearer\s+)+/i, "Bearer ").trimEnd();

const requestInterceptor = (request) => {
  const { headers } = request;
  if (headers.Authorization) headers.Authorization = tidy(headers.Authorization);
  // Swagger UI adds it to the token call alone, where it would only cost a CORS preflight.
  delete headers["X-Requested-With"];
  return request;
};

const operationsOf = (api) => Object.values(api.paths ?? {}).flatMap(Object.values);

/** An example fills its field: in one that may stay empty, it would filter or condition each call. */
const withoutPresets = (api) => {
  const parameters = operationsOf(api).flatMap((operation) => operation.parameters ?? []);
  for (const parameter of parameters) {
    if (!parameter.required) delete parameter.example;
  }
  return api;
};

/** The document without the security schemes that this page cannot offer. */
const withUsableSchemes = (api) => {
  const usable = (requirement) => !UNUSABLE_SCHEMES.some((scheme) => scheme in requirement);
  for (const scheme of UNUSABLE_SCHEMES) delete api.components?.securitySchemes?.[scheme];
  for (const owner of [api, ...operationsOf(api)]) {
    owner.security &&= owner.security.filter(usable);
  }
  return api;
};

/** What this page shows; clients get the document whole. */
const documentAsShown = {
  statePlugins: {
    spec: {
      wrapActions: {
        updateJsonSpec: (update) => (api) => update(withUsableSchemes(withoutPresets(api))),
      },
    },
  },
};

/** A refused login's reason as it was meant: Swagger UI leaves "+" for each blank of its query. */
const readableRefusals = {
  statePlugins: {
    err: {
      wrapActions: {
        newAuthErr: (report) => (error) =>
          report({ ...error, message: error.message.replaceAll("+", " ") }),
      },
    },
  },
};

const ui = SwaggerUIBundle({
  domNode: element,
  url: documentUrl,
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [documentAsShown, readableRefusals],
  layout: "BaseLayout",
  validatorUrl: null,
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  persistAuthorization: true,
  oauth2RedirectUrl: new URL("docs/oauth2-redirect.html", location.href).href,
  requestInterceptor,
});

if (login) {
  ui.initOAuth({
    clientId: login.client_id,
    scopes: login.scopes,
    usePkceWithAuthorizationCodeGrant: true,
    additionalQueryStringParams: { audience: login.audience },
  });
}
