using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;

namespace Tideway.CdfPublisher.Tables;

/// <summary>The outbound operator sees how far announcements have got, and has tables looked at without waiting for the next poll.</summary>
internal static class TablesEndpoints
{
    public static void MapTables(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/tideway/v1/tables").WithTags("Published tables").RequireRoles(Roles.OutboundOperator);
        group.MapGet("/", List).WithName("ListPublishedTables").WithSummary("Published tables and the last version announced of each");
        group.MapPost("/refresh", Refresh).WithName("RefreshPublishedTables").WithSummary("Looks for new versions now");
    }

    private static async Task<Ok<PublishedTables>> List(WatchStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(new PublishedTables { Tables = [.. (await store.ListAsync(cancellationToken)).Select(PublishedTable.Of)] });

    private static async Task<Results<Ok<PublishedTables>, ProblemHttpResult>> Refresh(
        RefreshRequest? request,
        WatchStore store,
        TableWatch watch,
        CancellationToken cancellationToken
    )
    {
        if (request?.FindFault() is { } fault)
            return Problems.Invalid(fault);
        await store.AddSharedAsync(cancellationToken);
        IReadOnlyList<WatchedTable> tables = request switch
        {
            { StorageLocation: { } location } => await store.FindAsync(location, cancellationToken) is { } table ? [table] : [],
            { Share: { } share } => await store.ListAsync(share, request.Schema, request.Table, cancellationToken),
            _ => await store.ListAsync(cancellationToken),
        };
        if (tables.Count == 0 && request is { StorageLocation: not null } or { Share: not null })
            return Problems.NotFound("TABLE_DOES_NOT_EXIST", "No table is published under this name.");

        var looked = new List<PublishedTable>();
        foreach (var table in tables)
        {
            try
            {
                if (await watch.CatchUpAsync(table, verify: true, cancellationToken) is { } now)
                    looked.Add(PublishedTable.Of(now));
            }
            catch (TableUnreadableException exception)
            {
                looked.Add(PublishedTable.Of(table) with { LastError = exception.Message });
            }
        }

        return TypedResults.Ok(new PublishedTables { Tables = looked });
    }
}

/// <summary>Which tables to look at: one place, or what a share shows; nothing means all.</summary>
public sealed record RefreshRequest
{
    /// <summary>Root folder of a table as a URL, as its share has it.</summary>
    public string? StorageLocation { get; init; }

    /// <summary>A share.</summary>
    public string? Share { get; init; }

    /// <summary>A schema of the share.</summary>
    public string? Schema { get; init; }

    /// <summary>A table of the schema.</summary>
    public string? Table { get; init; }

    internal string? FindFault() =>
        this switch
        {
            { StorageLocation: not null, Share: not null } => "storage_location, share: expected at most one of them, got both.",
            { Schema: not null, Share: null } => "schema: expected a share with it, got none.",
            { Table: not null, Schema: null } => "table: expected a schema with it, got none.",
            _ => null,
        };
}

/// <summary>Published tables.</summary>
public sealed record PublishedTables
{
    /// <summary>The tables, by place.</summary>
    public required IReadOnlyList<PublishedTable> Tables { get; init; }
}

/// <summary>How far the announcements of a table have got.</summary>
public sealed record PublishedTable
{
    /// <summary>Root folder of the table as a URL.</summary>
    public required string StorageLocation { get; init; }

    /// <summary>Last version announced; absent before the first.</summary>
    public long? LastVersion { get; init; }

    /// <summary>SHA-256 of its schema, in hex.</summary>
    public string? SchemaFingerprint { get; init; }

    /// <summary>Whether the version records its row changes.</summary>
    public bool ChangeFeedEnabled { get; init; }

    /// <summary>Why the table cannot be read just now.</summary>
    public string? LastError { get; init; }

    internal static PublishedTable Of(WatchedTable table) =>
        new()
        {
            StorageLocation = table.StorageLocation,
            LastVersion = table.LastVersion,
            SchemaFingerprint = table.SchemaFingerprint,
            ChangeFeedEnabled = table.ChangeFeedEnabled,
            LastError = table.LastError,
        };
}
