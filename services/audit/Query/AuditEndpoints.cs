using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;

namespace Tideway.Audit.Query;

/// <summary>Reading the record.</summary>
internal static class AuditEndpoints
{
    private const int DefaultPage = 500;
    private const int LargestPage = 1000;

    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/tideway/v1/audit").RequireRoles(Roles.Auditor).WithTags("audit");
        group.MapGet("", ListAsync).WithName("listAuditRecords").WithSummary("Records by the time of their events, newest first").Produces<RecordPage>();
        group
            .MapGet("/export", ExportAsync)
            .WithName("exportAuditRecords")
            .WithSummary("Records in the order they were made, one JSON object per line")
            .Produces<RecordView>(contentType: NdJson);
        group.MapGet("/{event_id:guid}", GetAsync).WithName("getAuditRecord").WithSummary("One record").Produces<RecordView>();
    }

    private const string NdJson = "application/x-ndjson";

    private static async Task<Results<JsonHttpResult<RecordPage>, ProblemHttpResult>> ListAsync(
        HttpRequest request,
        RecordReader records,
        CancellationToken cancellationToken
    )
    {
        var (filter, problem) = RecordFilterReading.Read(request.Query, "max_results", "page_token", "order");
        if (filter is null)
            return Problems.Invalid(problem!);
        if (!TryReadNumber(request.Query, "max_results", 0, LargestPage, out var limit, out problem))
            return Problems.Invalid(problem);
        if (request.Query["order"].ToString() is not ("" or "asc" or "desc") and var order)
            return Problems.Invalid($"order must be asc or desc; got '{order}'.");
        var ascending = request.Query["order"] == "asc";
        PagePosition? after = null;
        if (request.Query["page_token"].ToString() is { Length: > 0 } token)
        {
            if (!PagePosition.TryRead(token, out var position))
                return Problems.Invalid($"page_token must be the next_page_token of the page before; got '{token}'.");
            after = position;
        }

        var size = (int)(limit is null or 0 ? DefaultPage : limit);
        var found = await records.PageAsync(filter, ascending, after, size + 1, cancellationToken);
        var page = found.Take(size).ToList();
        var next = found.Count > size ? new PagePosition(page[^1].EventTime, page[^1].Sequence).ToToken() : null;
        return TypedResults.Json(new RecordPage(page.ConvertAll(RecordView.Of), next), AuditJson.Options);
    }

    private static async Task<Results<JsonHttpResult<RecordView>, ProblemHttpResult>> GetAsync(
        [Microsoft.AspNetCore.Mvc.FromRoute(Name = "event_id")] Guid eventId,
        RecordReader records,
        CancellationToken cancellationToken
    )
    {
        var record = await records.FindAsync(eventId, cancellationToken);
        return record is null
            ? Problems.NotFound("RESOURCE_DOES_NOT_EXIST", $"There is no audit record of event {eventId}.")
            : TypedResults.Json(RecordView.Of(record), AuditJson.Options);
    }

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> ExportAsync(
        HttpContext context,
        RecordReader records,
        CancellationToken cancellationToken
    )
    {
        var (filter, problem) = RecordFilterReading.Read(context.Request.Query, "after_sequence");
        if (filter is null)
            return Problems.Invalid(problem!);
        if (!TryReadNumber(context.Request.Query, "after_sequence", 0, long.MaxValue, out var after, out problem))
            return Problems.Invalid(problem);
        context.Response.ContentType = NdJson;
        var body = context.Response.BodyWriter;
        await foreach (var record in records.ExportAsync(filter, after ?? 0, cancellationToken))
        {
            using (var writer = new Utf8JsonWriter(body))
                JsonSerializer.Serialize(writer, RecordView.Of(record), AuditJson.Options);
            body.GetSpan(1)[0] = (byte)'\n';
            body.Advance(1);
            if (body.UnflushedBytes >= FlushAt)
                await body.FlushAsync(cancellationToken);
        }

        await body.FlushAsync(cancellationToken);
        return TypedResults.Empty;
    }

    private const int FlushAt = 64 * 1024;

    internal static bool TryReadNumber(
        IQueryCollection query,
        string name,
        long least,
        long most,
        out long? value,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? problem
    )
    {
        (value, problem) = (null, null);
        var text = query[name].ToString();
        if (text.Length == 0)
            return true;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            value = number;
            return true;
        }

        problem = $"{name} must be a whole number from {least} to {most}; got '{text}'.";
        return false;
    }
}

/// <summary>A page of records.</summary>
/// <param name="Records">May be fewer than asked for.</param>
/// <param name="NextPageToken">Absent at the end.</param>
internal sealed record RecordPage(IReadOnlyList<RecordView> Records, string? NextPageToken);
