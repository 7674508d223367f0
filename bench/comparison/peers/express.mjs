// An API of Express, guarded by Auth0's express-oauth2-jwt-bearer.
import express from "express";
import { auth } from "express-oauth2-jwt-bearer";

const app = express();
const checkJwt = auth({
  issuerBaseURL: `https://${process.env.AUTH0_DOMAIN}/`,
  audience: process.env.AUTH0_AUDIENCE,
  tokenSigningAlg: "RS256",
});

app.get("/api/public", (_request, response) => {
  response.json({
    message: "Hello from a public endpoint! You don't need to be authenticated to see this.",
  });
});

app.get("/api/private", checkJwt, (_request, response) => {
  response.json({
    message: "Hello from a private endpoint! You need to be authenticated to see this.",
  });
});

app.listen(Number(process.env.PORT), "127.0.0.1");
