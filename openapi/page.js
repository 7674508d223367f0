// Starts Swagger UI with the settings that the page carries:
// {document: URL, login: null or {client_id, audience, scopes}}.

const LOGIN_SCHEME = "auth0";

const element = document.querySelector("#explorer");
const { document: documentUrl, login } = JSON.parse(element.dataset.settings);

/** "Bearer   Bearer x " → "Bearer x": Swagger UI writes its own "Bearer " before what was pasted. */
const tidy = (authorization) =>
  authorization.replace(/^(\s*bearer\s+)+/i, "Bearer ").trimEnd();

const requestInterceptor = (request) => {
  const { headers } = request;
  if (headers.Authorization) headers.Authorization = tidy(headers.Authorization);
  // Swagger UI adds it to the token call alone, where it would only cost a CORS preflight.
  delete headers["X-Requested-With"];
  return request;
};

/** The document without the login that this page cannot offer; clients still get it whole. */
const withoutLogin = (api) => {
  delete api.components?.securitySchemes?.[LOGIN_SCHEME];
  const operations = Object.values(api.paths ?? {}).flatMap((path) => Object.values(path));
  for (const owner of [api, ...operations]) {
    owner.security &&= owner.security.filter((requirement) => !(LOGIN_SCHEME in requirement));
  }
  return api;
};

const pasteOnly = {
  statePlugins: {
    spec: {
      wrapActions: {
        updateJsonSpec: (update) => (api) => update(withoutLogin(api)),
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
  plugins: [login ? readableRefusals : pasteOnly],
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
