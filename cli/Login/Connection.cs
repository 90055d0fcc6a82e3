namespace Tideway.Cli.Login;

/// <summary>Which server is talked to, and as whom.</summary>
internal sealed record Connection(Uri Url, string Token)
{
    public const string UrlVariable = "TIDEWAY_URL";
    public const string TokenVariable = "TIDEWAY_TOKEN";

    private const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>The address of a path that begins with a slash.</summary>
    public Uri At(string path) => new(Url.GetLeftPart(UriPartial.Path).TrimEnd('/') + path);

    /// <summary>What the command line says, else the environment, else the last login. A token that was kept is only sent to the server that it was kept for.</summary>
    public static Connection Find(CliEnvironment environment, string? url, string? token)
    {
        var address = FindUrl(environment, url);
        token ??= environment.Variable(TokenVariable);
        if (string.IsNullOrEmpty(token) && ConfigFile.Read(environment) is { } kept && kept.Url == address)
            token = kept.Token;
        if (string.IsNullOrEmpty(token))
            throw new CliFailure(ExitCode.Denied, $"There is no token for {address}: run 'tideway login', set {TokenVariable}, or give --token.");
        return new Connection(address, token);
    }

    public static Uri FindUrl(CliEnvironment environment, string? url)
    {
        url ??= environment.Variable(UrlVariable);
        if (string.IsNullOrEmpty(url))
            return ConfigFile.Read(environment)?.Url ?? new Uri(DefaultUrl);
        if (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Query.Length == 0)
            return address;
        throw new CliFailure(ExitCode.Usage, $"--url must be an absolute http or https address such as {DefaultUrl}; got '{url}'.");
    }
}
