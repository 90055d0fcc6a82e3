using System.CommandLine;
using System.Net;
using System.Text;
using Tideway.Cli.CommandLine;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Transport;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.Cli.Read;

/// <summary>The options of commands that read a sharing server by a profile file, and the client that they make.</summary>
internal sealed class ProfileOptions
{
    public Option<bool> Insecure { get; } =
        Symbols.Flag("--allow-insecure", "Read over http, and from private addresses; for tries on one machine or network only");

    public Option<string?> Keys { get; } = Symbols.Option("--key-folder", "Where the profile file may name a private key", "FOLDER");

    public Option<string?> Proxy { get; } =
        Symbols.Option("--proxy", "Go by this proxy, which then decides what it leads to; env for the one of HTTPS_PROXY and NO_PROXY", "env|ADDRESS");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [Insecure, Keys, Proxy];

    /// <summary>The client of a profile file; of standard input for <c>-</c>.</summary>
    public async Task<ProfileClient> OpenAsync(Call call, string profile, DeltaSharingClientOptions options, CancellationToken cancellationToken)
    {
        options.AllowInsecureHttp = call.Get(Insecure);
        options.AllowPrivateAddresses = call.Get(Insecure);
        options.PrivateKeyFolder = call.Get(Keys) ?? "";
        options.ResponseTimeout = call.Timeout;
        var read = Read(await call.ReadFileAsync(profile, cancellationToken));
        var http = new HttpClient(SharingHandler.Create(options, ProxyOf(call.Get(Proxy)))) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            return new ProfileClient(http, new DeltaSharingClient(http, read, options, call.Environment.Time), options);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    private static SharingProfile Read(string profile)
    {
        try
        {
            return SharingProfile.Parse(Encoding.UTF8.GetBytes(profile));
        }
        catch (SharingProtocolException exception)
        {
            throw new CliFailure(ExitCode.Usage, exception.Message, exception);
        }
    }

    // It may hold a password, so it is never repeated.
    private static IWebProxy? ProxyOf(string? text)
    {
        if (text is null or "env")
            return text is null ? null : HttpClient.DefaultProxy;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https" or "socks5") || url.Host.Length == 0)
            throw new CliFailure(ExitCode.Usage, "--proxy: expected env, or an address of http, https or socks5 such as http://proxy.example.org:3128.");
        var user = url.UserInfo.Split(':', 2);
        return new WebProxy(url)
        {
            Credentials =
                url.UserInfo.Length == 0
                    ? null
                    : new NetworkCredential(Uri.UnescapeDataString(user[0]), Uri.UnescapeDataString(user.ElementAtOrDefault(1) ?? "")),
        };
    }
}

/// <summary>A client of a sharing server and what it sends with.</summary>
internal sealed record ProfileClient(HttpClient Http, DeltaSharingClient Sharing, DeltaSharingClientOptions Options) : IDisposable
{
    public void Dispose() => Http.Dispose();
}
