// Starts Swagger UI with the settings in the page's data-settings:
// {document: URL, login: null or {client_id, audience, scopes}}.

const element = document.querySelector("#explorer");
const { document: documentUrl, login } = JSON.parse(element.dataset.settings);

// The page cannot make a DPoP proof for each request, and cannot log in without a client id.
const UNUSABLE_SCHEMES = ["dpopToken", "dpopProof", ...(login ? [] : ["auth0"])];

/** "Bearer   Bearer x " → "Bearer x": Swagger UI adds a "Bearer " to a pasted token that has one. */
const withOneBearer = (authorization) =>
  authorization.replace(/^(\s*(authorization:)?\s*bearer\s+)+/i, "Bearer ").trimEnd();

const requestInterceptor = (request) => {
  const { headers } = request;
  if (headers.Authorization) headers.Authorization = withOneBearer(headers.Authorization);
  // Swagger UI adds this header to its token request, where it causes a CORS preflight.
  delete headers["X-Requested-With"];
  return request;
};

const operationsOf = (api) => Object.values(api.paths ?? {}).flatMap(Object.values);

/** Removes the examples of optional parameters: Swagger UI would send them with each request. */
const withoutOptionalExamples = (api) => {
  const parameters = operationsOf(api).flatMap((operation) => operation.parameters ?? []);
  for (const parameter of parameters) {
    if (!parameter.required) delete parameter.example;
  }
  return api;
};

/** Removes the security schemes that this page cannot use. */
const withUsableSchemes = (api) => {
  const usable = (requirement) => !UNUSABLE_SCHEMES.some((scheme) => scheme in requirement);
  for (const scheme of UNUSABLE_SCHEMES) delete api.components?.securitySchemes?.[scheme];
  for (const owner of [api, ...operationsOf(api)]) {
    owner.security &&= owner.security.filter(usable);
  }
  return api;
};

/** Changes the document that this page shows; clients get the whole document. */
const shownDocument = {
  statePlugins: {
    spec: {
      wrapActions: {
        updateJsonSpec: (update) => (api) => update(withUsableSchemes(withoutOptionalExamples(api))),
      },
    },
  },
};

/** Decodes the reason of a failed login: Swagger UI leaves a "+" for each space of the query. */
const readableErrors = {
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
  plugins: [shownDocument, readableErrors],
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
