using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.InboundSync.Tests.Support;

/// <summary>What the sharing protocol answers about a table.</summary>
internal static class TableAnswers
{
    public static async Task WriteAsync(HttpContext context, FakeProvider provider, string name, SharedTable shared, string call)
    {
        var stop = context.RequestAborted;
        var latest = await shared.Table.LoadAsync(cancellationToken: stop);
        switch (call)
        {
            case "metadata":
                await SendAsync(context, latest.Version, [MetadataOf(latest.Metadata)]);
                break;
            case "query":
                using (var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: stop))
                {
                    if (!body.RootElement.TryGetProperty("startingVersion", out var starting))
                        await SendAsync(context, latest.Version, [MetadataOf(latest.Metadata), .. latest.Files.Select(file => FileOf(provider, name, file))]);
                    else if (!shared.HistoryShared)
                        await FakeProvider.RefuseAsync(context, 400, "INVALID_PARAMETER_VALUE", $"history sharing is not enabled on table: {name}");
                    else
                        await SendVersionsAsync(context, provider, name, shared, starting.GetInt64(), body.RootElement.GetProperty("endingVersion").GetInt64());
                }

                break;
            case "changes" when !shared.ChangesShared:
                await FakeProvider.RefuseAsync(context, 400, "INVALID_PARAMETER_VALUE", $"cdf is not enabled on table {name}");
                break;
            case "changes":
                await SendChangesAsync(
                    context,
                    provider,
                    name,
                    shared,
                    long.Parse(context.Request.Query["startingVersion"]!),
                    long.Parse(context.Request.Query["endingVersion"]!)
                );
                break;
            default:
                await FakeProvider.RefuseAsync(context, 404, "NOT_FOUND", call);
                break;
        }
    }

    private static async Task SendVersionsAsync(HttpContext context, FakeProvider provider, string name, SharedTable shared, long from, long to)
    {
        List<SharingLine> lines;
        try
        {
            var (_, metadata) = await shared.Table.LoadDescriptionAsync(from, context.RequestAborted);
            lines = [MetadataOf(metadata)];
            await foreach (var version in shared.Table.ReadChangesAsync(from, to, context.RequestAborted))
            {
                if (version.Metadata is not null && version.Version > from)
                    lines.Add(MetadataOf(version.Metadata));
                lines.AddRange(version.Adds.Where(add => add.DataChange).Select(add => AddOf(provider, name, add, version.Version)));
                lines.AddRange(version.Removes.Where(remove => remove.DataChange).Select(remove => RemoveOf(provider, name, remove, version.Version)));
            }
        }
        catch (DeltaLogException exception)
        {
            await FakeProvider.RefuseAsync(context, 400, "INVALID_PARAMETER_VALUE", $"Cannot load table version {from}: {exception.Error}");
            return;
        }

        await SendAsync(context, from, lines);
    }

    private static async Task SendChangesAsync(HttpContext context, FakeProvider provider, string name, SharedTable shared, long from, long to)
    {
        List<SharingLine> lines;
        try
        {
            var (_, metadata) = await shared.Table.LoadDescriptionAsync(from, context.RequestAborted);
            lines = [MetadataOf(metadata)];
            await foreach (var version in shared.Table.ReadChangeDataFeedAsync(from, to, context.RequestAborted))
            {
                if (version.Metadata is not null && version.Version > from)
                    lines.Add(MetadataOf(version.Metadata));
                lines.AddRange(
                    version
                        .ChangeFiles()
                        .Select(
                            SharingLine (file) =>
                                file switch
                                {
                                    AddCdcFile cdc => CdfOf(provider, name, cdc, version.Version),
                                    AddFile add => AddOf(provider, name, add, version.Version),
                                    RemoveFile remove => RemoveOf(provider, name, remove, version.Version),
                                    _ => throw new InvalidOperationException(),
                                }
                        )
                );
            }
        }
        catch (DeltaLogException exception)
        {
            await FakeProvider.RefuseAsync(context, 400, "INVALID_PARAMETER_VALUE", $"change data was not recorded for version {from}: {exception.Error}");
            return;
        }

        await SendAsync(context, from, lines);
    }

    private static async Task SendAsync(HttpContext context, long version, IEnumerable<SharingLine> lines)
    {
        context.Response.Headers[HeaderNames.TableVersion] = version.ToString();
        context.Response.Headers[HeaderNames.Capabilities] = "responseformat=parquet";
        context.Response.ContentType = HeaderNames.Ndjson;
        using var writer = new NdjsonWriter(context.Response.BodyWriter);
        await writer.WriteAsync(new ProtocolLine { MinReaderVersion = 1 }, context.RequestAborted);
        foreach (var line in lines)
            await writer.WriteAsync(line, context.RequestAborted);
        await writer.FlushAsync(context.RequestAborted);
    }

    private static MetadataLine MetadataOf(Metadata metadata) =>
        new()
        {
            Id = metadata.Id,
            Name = metadata.TableName,
            SchemaString = metadata.SchemaString,
            PartitionColumns = metadata.PartitionColumns,
            Configuration = metadata.Configuration,
        };

    private static FileLine FileOf(FakeProvider provider, string name, AddFile file) =>
        new()
        {
            Url = provider.UrlOf(name, file.Path),
            Id = IdOf(file.Path),
            PartitionValues = file.PartitionValues,
            Size = file.Size,
            Stats = file.Stats,
        };

    private static AddLine AddOf(FakeProvider provider, string name, AddFile file, long version) =>
        new()
        {
            Url = provider.UrlOf(name, file.Path),
            Id = IdOf(file.Path),
            PartitionValues = file.PartitionValues,
            Size = file.Size,
            Stats = file.Stats,
            Version = version,
            Timestamp = version,
        };

    private static RemoveLine RemoveOf(FakeProvider provider, string name, RemoveFile file, long version) =>
        new()
        {
            Url = provider.UrlOf(name, file.Path),
            Id = IdOf(file.Path),
            PartitionValues = file.PartitionValues!,
            Size = file.Size!.Value,
            Version = version,
            Timestamp = version,
        };

    private static CdfLine CdfOf(FakeProvider provider, string name, AddCdcFile file, long version) =>
        new()
        {
            Url = provider.UrlOf(name, file.Path),
            Id = IdOf(file.Path),
            PartitionValues = file.PartitionValues,
            Size = file.Size,
            Version = version,
            Timestamp = version,
        };

    private static string IdOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)));
}
