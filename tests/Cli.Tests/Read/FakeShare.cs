using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tideway.Cli.Tests.Support;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.ObjectStorage.Local;

namespace Tideway.Cli.Tests.Read;

/// <summary>A sharing server with one table in the delta format, whose files lie on this machine.</summary>
internal sealed class FakeShare : IAsyncDisposable
{
    /// <summary>The one path of all files with deletion vectors.</summary>
    public const string VectorPath = "stored.bin";

    private const string Table = "/ds/shares/s/schemas/sc/tables/t";

    private readonly TempFolder folder = new();
    private readonly Dictionary<string, string> answers = new(StringComparer.Ordinal);
    private int files;

    private FakeShare(FakeApi api)
    {
        Api = api;
        Profile = folder.Write("p.share", $$"""{"shareCredentialsVersion":1,"endpoint":"{{api.Url}}/ds","bearerToken":"partner-secret"}""");
    }

    public FakeApi Api { get; }

    public string Profile { get; }

    /// <summary>Whether a part of a file is answered with that part; else with the whole file.</summary>
    public bool KnowsRanges { get; set; } = true;

    /// <summary>Whether the addresses of files with deletion vectors name these by their paths; else all have one.</summary>
    public bool NamesVectors { get; set; } = true;

    /// <summary>The version that it says its answers are for.</summary>
    public long Version { get; set; } = 3;

    /// <summary>Answers in the place of a file, and says whether it did.</summary>
    public Func<HttpContext, Task<bool>> FaultOf { get; set; } = _ => Task.FromResult(false);

    /// <summary>Which parts of which files were sent, in order.</summary>
    public ConcurrentQueue<(string Path, string Range)> Ranges { get; } = new();

    /// <summary>What clients say that they can take.</summary>
    public string Capabilities { get; private set; } = "";

    public static async Task<FakeShare> StartAsync() => new(await FakeApi.StartAsync());

    /// <summary>Shares a local table.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="tell">Changes what is told of a deletion vector.</param>
    public async Task<Snapshot> ShareAsync(string path, Func<DeletionVectorDescriptor, DeletionVectorDescriptor>? tell = null)
    {
        var store = new LocalObjectStore(path);
        var snapshot = await new DeltaTable(store, TimeProvider.System).LoadAsync();
        var vectorFiles = new Dictionary<string, string>(StringComparer.Ordinal);
        Query([.. Head(snapshot), .. snapshot.Files.Select(file => File("add", file.Path, UrlOf(Path.Combine(path, file.Path)), BodyOf(file)))]);
        return snapshot;

        JsonObject BodyOf(AddFile file)
        {
            var body = Body(file);
            if (file.DeletionVector is not { } vector)
                return body;
            var key = vector.Key(store.Root)!;
            if (!vectorFiles.TryGetValue(key, out var url))
                vectorFiles.Add(key, url = UrlOf(Path.Combine(path, key), NamesVectors ? null : VectorPath));
            var told = tell?.Invoke(vector) ?? vector;
            body["deletionVector"] = new JsonObject
            {
                ["storageType"] = "p",
                ["pathOrInlineDv"] = url,
                ["offset"] = told.Offset,
                ["sizeInBytes"] = told.SizeInBytes,
                ["cardinality"] = told.Cardinality,
            };
            return body;
        }
    }

    public void Query(params IEnumerable<string> lines) => Answer($"POST {Table}/query", lines);

    public void Changes(string query, params IEnumerable<string> lines) => Answer($"GET {Table}/changes?{query}", lines);

    /// <summary>Serves a file of this machine, at the same path with another signature each time.</summary>
    public string UrlOf(string path, string? name = null)
    {
        var target = $"/files/{name ?? Path.GetFileName(path)}?sig={files++}";
        Api.On(
            "GET " + target,
            async context =>
            {
                if (await FaultOf(context))
                    return;
                Ranges.Enqueue((context.Request.Path.Value!, context.Request.Headers.Range.ToString()));
                if (!KnowsRanges)
                    context.Request.Headers.Range = default;
                await Results.File(path, enableRangeProcessing: true).ExecuteAsync(context);
            }
        );
        return Api.Url + target;
    }

    public Task<CliRun> ReadAsync(params string[] args) => new CliRun().RunAsync(["read", Profile + "#s.sc.t", "--allow-insecure", .. args]);

    public static IEnumerable<string> Head(Snapshot snapshot) =>
        [
            JsonSerializer.Serialize(
                new
                {
                    protocol = new
                    {
                        deltaProtocol = new
                        {
                            minReaderVersion = snapshot.Protocol.MinReaderVersion,
                            minWriterVersion = snapshot.Protocol.MinWriterVersion,
                            readerFeatures = snapshot.Protocol.ReaderFeatures,
                            writerFeatures = snapshot.Protocol.WriterFeatures,
                        },
                    },
                }
            ),
            JsonSerializer.Serialize(
                new
                {
                    metaData = new
                    {
                        deltaMetadata = new
                        {
                            id = snapshot.Metadata.Id,
                            format = new { provider = "parquet" },
                            schemaString = snapshot.Metadata.SchemaString,
                            partitionColumns = snapshot.Metadata.PartitionColumns,
                            configuration = snapshot.Metadata.Configuration,
                        },
                    },
                }
            ),
        ];

    public static string File(string kind, string id, string url, JsonObject body, long? version = null)
    {
        body["path"] = url;
        var file = new JsonObject
        {
            ["id"] = id,
            ["deltaSingleAction"] = new JsonObject { [kind] = body },
        };
        if (version is not null)
            (file["version"], file["timestamp"]) = (version, version);
        return new JsonObject { ["file"] = file }.ToJsonString();
    }

    public static JsonObject Body(AddFile file) =>
        new()
        {
            ["partitionValues"] = new JsonObject(file.PartitionValues.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            ["size"] = file.Size,
            ["modificationTime"] = file.ModificationTime,
            ["dataChange"] = true,
        };

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        folder.Dispose();
    }

    private void Answer(string line, IEnumerable<string> lines)
    {
        answers[line] = string.Concat(lines.Select(text => text + "\n"));
        Api.On(
            line,
            context =>
            {
                Capabilities = context.Request.Headers[HeaderNames.Capabilities].ToString();
                context.Response.ContentType = HeaderNames.Ndjson;
                context.Response.Headers[HeaderNames.TableVersion] = $"{Version}";
                context.Response.Headers[HeaderNames.RequestId] = "req-1";
                context.Response.Headers[HeaderNames.Capabilities] = "responseformat=delta";
                return context.Response.WriteAsync(answers[line]);
            }
        );
    }
}
