using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.ShareRegistry.Catalog;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>The sharing protocol's calls about one table: version, metadata and files.</summary>
internal static class TableEndpoints
{
    private const string Table = "/shares/{share}/schemas/{schema}/tables/{table}";

    public static void MapTableQuery(this IEndpointRouteBuilder group)
    {
        group.MapRead(Table + "/version", GetVersionAsync).WithProtocolAction(ProtocolActions.GetTableVersion).WithName("sharing.getTableVersion");
        group.MapMethods(Table, [HttpMethods.Head], HeadVersionAsync).WithProtocolAction(ProtocolActions.GetTableVersion).WithName("sharing.headTableVersion");
        group.MapRead(Table + "/metadata", GetMetadataAsync).WithProtocolAction(ProtocolActions.GetTableMetadata).WithName("sharing.getTableMetadata");
        group.MapPost(Table + "/query", QueryAsync).WithProtocolAction(ProtocolActions.QueryTable).WithName("sharing.queryTable");
        group.MapPost(Table + "/queries/{queryId}", GetQueryInfoAsync).WithProtocolAction(ProtocolActions.GetQueryInfo).WithName("sharing.getQueryInfo");
    }

    private static Task<IResult> HeadVersionAsync(HttpContext context, GrantedCatalog catalog, TableReader reader, CancellationToken cancellationToken) =>
        AnswerAsync(
            context,
            catalog,
            async call => new VersionAnswer((await reader.OpenAsync(call, cancellationToken)).Latest.Version, call.Table.TableId),
            cancellationToken
        );

    private static Task<IResult> GetVersionAsync(HttpContext context, GrantedCatalog catalog, TableReader reader, CancellationToken cancellationToken) =>
        AnswerAsync(
            context,
            catalog,
            async call =>
            {
                var start = TableSelections.OfVersion(context.Request);
                if (start.IsRefused(out var refusal))
                    return refusal;
                if (start.Value is not { } time)
                    return new VersionAnswer((await reader.OpenAsync(call, cancellationToken)).Latest.Version, call.Table.TableId);
                if (!call.Table.HistoryShared)
                    return ProtocolRefusals.Invalid(
                        $"Reading table by version or timestamp is not supported because history sharing is not enabled on table: {call.Table.FullName}"
                    );
                var table = await reader.OpenAsync(call, cancellationToken);
                return await table.Table.VersionAtOrAfterAsync(time, table.Latest, cancellationToken) is { } version
                    // What was before the first shared version is as if it had not been.
                    ? new VersionAnswer(Math.Max(version, call.Rules.StartVersion), call.Table.TableId)
                    : TableReader.AfterLatest(call, table, time);
            },
            cancellationToken
        );

    private static Task<IResult> GetMetadataAsync(
        HttpContext context,
        GrantedCatalog catalog,
        TableQueryAnswers answers,
        CancellationToken cancellationToken
    ) =>
        AnswerAsync(
            context,
            catalog,
            async call =>
            {
                var selection = TableSelections.OfMetadata(context.Request, call.Rules);
                return selection.IsRefused(out var refusal) ? refusal : await answers.DescribeAsync(call, selection.Value, cancellationToken);
            },
            cancellationToken
        );

    private static Task<IResult> QueryAsync(
        HttpContext context,
        GrantedCatalog catalog,
        TableQueryAnswers answers,
        AsyncQueries queries,
        CancellationToken cancellationToken
    ) =>
        AnswerAsync(
            context,
            catalog,
            async call =>
            {
                var body = await RequestBody.ReadQueryAsync(context, cancellationToken);
                if (body.IsRefused(out var refusal))
                    return refusal;
                return call.Capabilities.AsyncQuery
                    ? await queries.SubmitAsync(call, body.Value, cancellationToken)
                    : await answers.AnswerAsync(call, body.Value, cancellationToken);
            },
            cancellationToken
        );

    private static Task<IResult> GetQueryInfoAsync(
        HttpContext context,
        string queryId,
        GrantedCatalog catalog,
        AsyncQueries queries,
        CancellationToken cancellationToken
    ) =>
        AnswerAsync(
            context,
            catalog,
            async call =>
            {
                var body = await RequestBody.ReadQueryAsync(context, cancellationToken);
                return body.IsRefused(out var refusal) ? refusal : await queries.PollAsync(call, queryId, body.Value, cancellationToken);
            },
            cancellationToken
        );

    /// <summary>Answers a call about a table that its recipient may read, and explains what fails on the way.</summary>
    public static async Task<IResult> AnswerAsync(
        HttpContext context,
        GrantedCatalog catalog,
        Func<TableCall, Task<IResult>> answer,
        CancellationToken cancellationToken
    )
    {
        var call = await TableCall.ReadAsync(context, catalog, cancellationToken);
        if (call.IsRefused(out var refusal))
            return refusal;
        try
        {
            return await answer(call.Value);
        }
        catch (Exception exception) when (TableFailures.Explain(exception, call.Value.Table) is { } failure)
        {
            if (failure.Status is not StatusCodes.Status400BadRequest)
                context.RequestServices.GetRequiredService<ILogger<TableReader>>().TableCannotBeServed(exception, call.Value.Table.FullName);
            return failure;
        }
    }
}
