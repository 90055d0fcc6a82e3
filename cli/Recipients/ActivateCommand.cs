using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Tideway.Cli.Api;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Login;
using Tideway.Cli.Output;

namespace Tideway.Cli.Recipients;

/// <summary>What a partner does with its activation link: fetch the credential file, once.</summary>
internal static class ActivateCommand
{
    public static Command Make(CommandSet commands)
    {
        var link = Symbols.Text("LINK", "The activation link; - reads it from standard input, where others on this machine cannot see it");
        var file = Symbols.Required("--out", "Where to put the credential file; must not be there yet. For its owner only", "FILE");
        return commands.Leaf(
            "activate",
            "Fetch the credential file that an activation link stands for; the link works once",
            "tideway recipient activate https://data.example.org/api/2.1/unity-catalog/public/data_sharing_activation/... --out partner.share",
            [link, file],
            async (call, cancellationToken) =>
            {
                var text = call.Get(link) == "-" ? await call.Environment.In.ReadLineAsync(cancellationToken) : call.Get(link);
                if (!Uri.TryCreate(text?.Trim(), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                    throw new CliFailure(ExitCode.Usage, "LINK must be an absolute http or https address.");
                var profile = await FetchAsync(address, call.Get(file)!, call.Timeout, cancellationToken);
                var result = new
                {
                    file = Path.GetFullPath(call.Get(file)!),
                    endpoint = Column.Find(profile, "endpoint")?.GetString(),
                    expiration_time = Column.Find(profile, "expirationTime")?.GetString(),
                };
                call.Output.Item(
                    JsonSerializer.SerializeToElement(result),
                    Column.Of("File", "file"),
                    Column.Of("Endpoint", "endpoint"),
                    Column.Time("Token ends", "expiration_time")
                );
            }
        );
    }

    private static async Task<JsonElement> FetchAsync(Uri link, string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // The file comes first: a link that was used up for a file that cannot be written is lost.
        if (File.Exists(path))
            throw new CliFailure(ExitCode.Conflict, $"{path} is there already; the link was not used.");
        var written = false;
        try
        {
            await using var file = PrivateFile.Create(path);
            var server = new Uri(link.GetLeftPart(UriPartial.Authority));
            using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = timeout };
            using var request = new HttpRequestMessage(HttpMethod.Get, link);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            using var answer = await ApiFailure.GuardAsync(() => http.SendAsync(request, cancellationToken), server, cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw await ApiFailure.OfAsync(answer, server, cancellationToken);
            var profile = await ApiFailure.ReadJsonAsync(answer, server, cancellationToken);
            if (Column.Find(profile, "shareCredentialsVersion") is null || Column.Find(profile, "endpoint") is null)
                throw new CliFailure(ExitCode.Failed, $"{server} did not answer with a credential file; is this an activation link?");
            await JsonSerializer.SerializeAsync(file, profile, cancellationToken: CancellationToken.None);
            await file.FlushAsync(CancellationToken.None);
            written = true;
            return profile;
        }
        finally
        {
            if (!written)
                File.Delete(path);
        }
    }
}
