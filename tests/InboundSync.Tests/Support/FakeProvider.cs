using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.InboundSync.Tests.Support;

/// <summary>What the addresses of files with deletion vectors are like.</summary>
internal enum VectorAddresses
{
    /// <summary>Their paths end with the name that Delta gave the file.</summary>
    NamedByDelta,

    /// <summary>Another one in each answer.</summary>
    OtherEachTime,

    /// <summary>One path for all of them; what follows it names the file, in another way in each answer.</summary>
    OneForAll,

    /// <summary>One for each data file, where its newest vector is.</summary>
    OneForEachDataFile,
}

/// <summary>
/// A partner: a server on loopback that shares real Delta tables by the sharing protocol, hands out their files by addresses that end, and may know
/// subscriptions. Any request can be made to fail.
/// </summary>
internal sealed class FakeProvider : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, (int List, string File)> vectorFiles = new(StringComparer.Ordinal);
    private int generation;
    private int served;

    private FakeProvider(WebApplication app) => this.app = app;

    /// <summary>Where it is.</summary>
    public string Address => app.Urls.Single();

    /// <summary>The token that it takes.</summary>
    public string Token { get; set; } = "token-of-the-partner";

    /// <summary>Tables by <c>share/schema/table</c>.</summary>
    public ConcurrentDictionary<string, SharedTable> Tables { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Answers a request in place of the provider, and says so by <see langword="true"/>.</summary>
    public Func<HttpContext, Task<bool>>? Fault { get; set; }

    /// <summary>The response formats that it knows.</summary>
    public KnownFormats Formats { get; set; } = KnownFormats.Parquet;

    /// <summary>Whether it tells the ids of files with deletion vectors, which not every server does.</summary>
    public bool TellsVectorFiles { get; set; } = true;

    /// <summary>What the addresses of files with deletion vectors say of these; where it is not their name, no ids are told either.</summary>
    public VectorAddresses VectorAddresses { get; set; }

    /// <summary>Whether it tells the statistics of files, in the delta format.</summary>
    public bool TellsStatistics { get; set; } = true;

    /// <summary>Whether it tells the sizes of files that went, in the delta format; a log need not have them.</summary>
    public bool TellsSizesOfFilesThatWent { get; set; } = true;

    /// <summary>Whether it makes the ids of files as it is asked to; where it does not, they are others in the other format.</summary>
    public bool KnowsFileIdHash { get; set; } = true;

    /// <summary>What it says of a deletion vector.</summary>
    public Func<DeletionVectorDescriptor, DeletionVectorDescriptor> TellVector { get; set; } = vector => vector;

    /// <summary>How many downloads the addresses of one list are good for.</summary>
    public int? DownloadsPerList { get; set; }

    /// <summary>The endpoint that was subscribed last, with the secret it was given. Not a Tideway partner unless <see cref="TakesSubscriptions"/>.</summary>
    public (string Endpoint, string Share, string Secret)? Subscription { get; set; }

    public bool TakesSubscriptions { get; set; }

    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Requests of files by their names.</summary>
    public IEnumerable<string> Downloads => Requests.Where(request => request.StartsWith("GET /files/", StringComparison.Ordinal));

    /// <summary>A profile file for it.</summary>
    public string Profile => $$"""{"shareCredentialsVersion":1,"endpoint":"{{Address}}/delta-sharing","bearerToken":"{{Token}}"}""";

    public static async Task<FakeProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var built = builder.Build();
        var provider = new FakeProvider(built);
        built.Run(provider.AnswerAsync);
        await built.StartAsync(TestContext.Current.CancellationToken);
        return provider;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    /// <summary>From now on does not send the last file of a table, and keeps who asks for it waiting; until <see cref="Fault"/> is set again.</summary>
    /// <returns>The name of that file, and when it was first asked for.</returns>
    public async Task<(string Name, Task Reached)> StopAtLastFileAsync(SharedTable table)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var name = Path.GetFileName(table.PathOf((await DeltaTables.SnapshotAsync(table.Folder)).Files.Last()));
        Fault = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith(name, StringComparison.Ordinal))
                return false;
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        return (name, reached.Task);
    }

    /// <summary>Answers with an error of the protocol.</summary>
    public static async Task RefuseAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(new ErrorBody(code, message).ToJson(), context.RequestAborted);
    }

    /// <summary>The address of a file of a table in the list that is being made.</summary>
    public string UrlOf(string table, string path) => $"{Address}/files/{generation}/{table}/{path}?sig=secret-signature";

    /// <summary>The address of the file with the deletion vector of a data file.</summary>
    public string VectorUrlOf(string table, string dataFile, string path)
    {
        if (VectorAddresses == VectorAddresses.NamedByDelta)
            return UrlOf(table, path);
        var name =
            VectorAddresses == VectorAddresses.OneForEachDataFile
                ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataFile)))
                : Guid.CreateVersion7().ToString("N");
        vectorFiles[name] = (generation, Path.Combine(Tables[table].Folder, path));
        return VectorAddresses == VectorAddresses.OneForAll ? $"{Address}/vectors/stored?name={name}" : $"{Address}/vectors/{name}";
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Requests.Enqueue($"{context.Request.Method} {path}");
        context.Response.Headers["x-request-id"] = Guid.CreateVersion7().ToString();
        if (Fault is { } fault && await fault(context))
            return;
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["files", var list, var share, var schema, var table, .. var file])
            await SendFileAsync(context, int.Parse(list), Path.Combine(Tables[$"{share}/{schema}/{table}"].Folder, string.Join('/', file)));
        else if (parts is ["vectors", var alias] && vectorFiles.TryGetValue(context.Request.Query["name"].FirstOrDefault() ?? alias, out var vector))
            await SendFileAsync(context, vector.List, vector.File);
        else if (context.Request.Headers.Authorization != $"Bearer {Token}")
            await RefuseAsync(context, 401, "UNAUTHENTICATED", "The token is not known.");
        else if (parts is ["delta-sharing", "shares"])
            await context.Response.WriteAsync("""{"items":[{"name":"sales"}]}""", context.RequestAborted);
        else if (parts is ["delta-sharing", "shares", "sales", "schemas"])
            await context.Response.WriteAsync("""{"items":[{"name":"public","share":"sales"}]}""", context.RequestAborted);
        else if (parts is ["delta-sharing", "shares", "sales", "schemas", "public", "tables"])
            await context.Response.WriteAsJsonAsync(
                new
                {
                    items = Tables
                        .Keys.Order(StringComparer.Ordinal)
                        .Select(name => new
                        {
                            name = name.Split('/')[2],
                            schema = "public",
                            share = "sales",
                        }),
                },
                context.RequestAborted
            );
        else if (
            parts is ["delta-sharing", "shares", var s, "schemas", var sc, "tables", var t, var call]
            && Tables.TryGetValue($"{s}/{sc}/{t}", out var shared)
        )
            await AnswerAsync(context, $"{s}/{sc}/{t}", shared, call);
        else if (path == "/api/tideway/v1/subscriptions" && TakesSubscriptions)
            await SubscribeAsync(context);
        else
            await RefuseAsync(context, 404, "RESOURCE_DOES_NOT_EXIST", $"{path} does not exist.");
    }

    private async Task AnswerAsync(HttpContext context, string name, SharedTable shared, string call)
    {
        Interlocked.Increment(ref generation);
        Interlocked.Exchange(ref served, 0);
        await TableAnswers.WriteAsync(context, this, name, shared, call);
    }

    private async Task SendFileAsync(HttpContext context, int list, string local)
    {
        if (list != generation && DownloadsPerList is not null || DownloadsPerList is { } most && Interlocked.Increment(ref served) > most)
        {
            await RefuseAsync(context, 403, "FORBIDDEN", "The address has ended.");
            return;
        }

        if (File.Exists(local))
            await Results.File(local, "application/octet-stream", enableRangeProcessing: true).ExecuteAsync(context);
        else
            await RefuseAsync(context, 404, "NOT_FOUND", "The file is gone.");
    }

    private async Task SubscribeAsync(HttpContext context)
    {
        var request = await context.Request.ReadFromJsonAsync<Dictionary<string, string>>(context.RequestAborted);
        var secret = "whsec_" + Convert.ToBase64String(Guid.CreateVersion7().ToByteArray());
        Subscription = (request!["endpoint"], request["share"], secret);
        context.Response.StatusCode = 201;
        await context.Response.WriteAsJsonAsync(
            new
            {
                id = Guid.CreateVersion7(),
                secret,
                state = "ACTIVE",
            },
            context.RequestAborted
        );
    }
}
