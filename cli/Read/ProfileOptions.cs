using System.CommandLine;
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

    /// <summary>The client of a profile file; of standard input for <c>-</c>.</summary>
    public async Task<ProfileClient> OpenAsync(Call call, string profile, DeltaSharingClientOptions options, CancellationToken cancellationToken)
    {
        options.AllowInsecureHttp = call.Get(Insecure);
        options.AllowPrivateAddresses = call.Get(Insecure);
        options.PrivateKeyFolder = call.Get(Keys) ?? "";
        options.ResponseTimeout = call.Timeout;
        var read = SharingProfile.Parse(Encoding.UTF8.GetBytes(await call.ReadFileAsync(profile, cancellationToken)));
        var http = new HttpClient(SharingHandler.Create(options)) { Timeout = Timeout.InfiniteTimeSpan };
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
}

/// <summary>A client of a sharing server and what it sends with.</summary>
internal sealed record ProfileClient(HttpClient Http, DeltaSharingClient Sharing, DeltaSharingClientOptions Options) : IDisposable
{
    public void Dispose() => Http.Dispose();
}
