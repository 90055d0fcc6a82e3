using System.Buffers;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Credentials;
using Tideway.DeltaSharing.Server.Answers;

namespace Tideway.DeltaSharing.Server.Exchange;

/// <summary>Reads the bodies of protocol calls.</summary>
public static class RequestBody
{
    /// <summary>The largest body in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The body, or a refusal where it is larger than <see cref="MaxBytes"/>.</summary>
    public static async ValueTask<Checked<ReadOnlyMemory<byte>>> ReadAsync(HttpContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (result.Buffer.Length > MaxBytes)
            {
                reader.AdvanceTo(result.Buffer.End);
                return ProtocolRefusals.BodyTooLarge;
            }

            if (result.IsCompleted)
            {
                ReadOnlyMemory<byte> body = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return body;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>The body of a table query, whose hints and bounds go into the access record; or a refusal.</summary>
    public static async ValueTask<Checked<QueryRequest>> ReadQueryAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var body = await ReadAsync(context, cancellationToken);
        if (body.IsRefused(out var refusal))
            return refusal;
        if (QueryRequest.Parse(body.Value.Span, out var fault) is not { } query)
            return new ProtocolRefusal(400, ErrorCodes.MalformedRequest, fault!);

        var exchange = ProtocolExchange.Of(context);
        exchange.AddParameter("predicateHints", query.PredicateHints.Count == 0 ? null : string.Join(" AND ", query.PredicateHints));
        exchange.AddParameter("jsonPredicateHints", query.JsonPredicateHints);
        exchange.AddParameter("limitHint", query.LimitHint?.ToString());
        exchange.AddParameter("version", query.Version?.ToString());
        exchange.AddParameter("timestamp", query.Timestamp);
        exchange.AddParameter("startingVersion", query.StartingVersion?.ToString());
        exchange.AddParameter("endingVersion", query.EndingVersion?.ToString());
        exchange.AddParameter("maxFiles", query.MaxFiles?.ToString());
        return query;
    }

    /// <summary>The body of a call for temporary credentials, whose location goes into the access record; or a refusal.</summary>
    public static async ValueTask<Checked<CredentialsRequest>> ReadCredentialsAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var body = await ReadAsync(context, cancellationToken);
        if (body.IsRefused(out var refusal))
            return refusal;
        if (CredentialsRequest.Parse(body.Value.Span, out var fault) is not { } request)
            return new ProtocolRefusal(400, ErrorCodes.MalformedRequest, fault!);
        ProtocolExchange.Of(context).AddParameter("location", request.Location);
        return request;
    }
}
