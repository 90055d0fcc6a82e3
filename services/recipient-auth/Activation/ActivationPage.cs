using System.Net.Mime;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Tideway.RecipientAuth.Activation;

/// <summary>What a person sees who opens a link in a browser. Looks the same for every link, usable or not.</summary>
internal static class ActivationPage
{
    private const string Html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>Your credential file</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem; }
        button { font: inherit; padding: .6rem 1.2rem; }
        </style>
        </head>
        <body>
        <h1>Your credential file</h1>
        <p>The file opens the data that is shared with you. It can be downloaded <strong>once</strong>: keep it like a password, and do not pass it on.</p>
        <form method="get"><input type="hidden" name="download" value="true"><button>Download config.share</button></form>
        </body>
        </html>
        """;

    public static ContentHttpResult Write(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Text(Html, MediaTypeNames.Text.Html, Encoding.UTF8);
    }
}
