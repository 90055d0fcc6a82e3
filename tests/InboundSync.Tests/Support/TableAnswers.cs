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
        if (AnswerLines.Choose(context, provider, latest) is not { } format)
        {
            await FakeProvider.RefuseAsync(
                context,
                400,
                "UNSUPPORTED_OPERATION",
                $"Unsupported Delta Table Properties: reading {name} needs the reader features {string.Join(", ", AnswerLines.FeaturesOf(latest))}"
            );
            return;
        }

        var lines = new AnswerLines(format, provider, name, shared.Table.Store.Root, context.Request.Headers[HeaderNames.FileIdHash]);
        switch (call)
        {
            case "metadata":
                await SendAsync(context, lines, latest.Protocol, latest.Version, [lines.Metadata(latest.Metadata)]);
                break;
            case "query":
                using (var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: stop))
                {
                    if (!body.RootElement.TryGetProperty("startingVersion", out var starting))
                        await SendAsync(context, lines, latest.Protocol, latest.Version, [lines.Metadata(latest.Metadata), .. latest.Files.Select(lines.File)]);
                    else if (!shared.HistoryShared)
                        await FakeProvider.RefuseAsync(context, 400, "INVALID_PARAMETER_VALUE", $"history sharing is not enabled on table: {name}");
                    else
                        await SendVersionsAsync(context, lines, shared, starting.GetInt64(), body.RootElement.GetProperty("endingVersion").GetInt64());
                }

                break;
            case "changes" when !shared.ChangesShared:
                await FakeProvider.RefuseAsync(context, 400, "INVALID_PARAMETER_VALUE", $"cdf is not enabled on table {name}");
                break;
            case "changes":
                await SendChangesAsync(
                    context,
                    lines,
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

    private static async Task SendVersionsAsync(HttpContext context, AnswerLines make, SharedTable shared, long from, long to)
    {
        List<SharingLine> lines;
        Protocol protocol;
        try
        {
            (protocol, var metadata) = await shared.Table.LoadDescriptionAsync(from, context.RequestAborted);
            lines = [make.Metadata(metadata)];
            await foreach (var version in shared.Table.ReadChangesAsync(from, to, context.RequestAborted))
            {
                if (version.Metadata is not null && version.Version > from)
                    lines.Add(make.Metadata(version.Metadata));
                lines.AddRange(version.Adds.Where(add => add.DataChange).Select(add => make.Add(add, version.Version)));
                lines.AddRange(version.Removes.Where(remove => remove.DataChange).Select(remove => make.Remove(remove, version.Version)));
            }
        }
        catch (DeltaLogException exception)
        {
            await FakeProvider.RefuseAsync(context, 400, "INVALID_PARAMETER_VALUE", $"Cannot load table version {from}: {exception.Error}");
            return;
        }

        await SendAsync(context, make, protocol, from, lines);
    }

    private static async Task SendChangesAsync(HttpContext context, AnswerLines make, SharedTable shared, long from, long to)
    {
        List<SharingLine> lines;
        Protocol protocol;
        try
        {
            (protocol, var metadata) = await shared.Table.LoadDescriptionAsync(from, context.RequestAborted);
            lines = [make.Metadata(metadata)];
            await foreach (var version in shared.Table.ReadChangeDataFeedAsync(from, to, context.RequestAborted))
            {
                if (version.Metadata is not null && version.Version > from)
                    lines.Add(make.Metadata(version.Metadata));
                lines.AddRange(
                    version
                        .ChangeFiles()
                        .Select(
                            SharingLine (file) =>
                                file switch
                                {
                                    AddCdcFile cdc => make.Cdc(cdc, version.Version),
                                    AddFile add => make.Add(add, version.Version),
                                    RemoveFile remove => make.Remove(remove, version.Version),
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

        await SendAsync(context, make, protocol, from, lines);
    }

    private static async Task SendAsync(HttpContext context, AnswerLines make, Protocol protocol, long version, IEnumerable<SharingLine> lines)
    {
        context.Response.Headers[HeaderNames.TableVersion] = version.ToString();
        context.Response.Headers[HeaderNames.Capabilities] = "responseformat=" + (make.IsDelta ? "delta" : "parquet");
        context.Response.ContentType = HeaderNames.Ndjson;
        using var writer = new NdjsonWriter(context.Response.BodyWriter);
        await writer.WriteAsync(make.Protocol(protocol), context.RequestAborted);
        foreach (var line in lines)
            await writer.WriteAsync(line, context.RequestAborted);
        await writer.FlushAsync(context.RequestAborted);
    }
}
