// The page's only script of our own. The token stays in this tab: it is not persisted.
const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});

// Swagger opens every link of the introduction in a new tab, where nobody is authorised.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".info a[href^='#/']");
  if (link) {
    event.preventDefault();
    const [, tag, operation] = link.hash.split("/");
    ui.layoutActions.show(["operations-tag", tag], true);
    ui.layoutActions.show(["operations", tag, operation], true);
    requestAnimationFrame(() => document.getElementById(`operations-${tag}-${operation}`)?.scrollIntoView());
  }
});
