using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Authentication;

namespace Tideway.DeltaSharing.Server.Exchange;

/// <summary>One protocol call under way: who asks, for what, and what its access record will say.</summary>
public sealed class ProtocolExchange
{
    private const int MaxTextLength = 1024;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    // The parameters that calls of the protocol have in their address, whatever the case.
    private static readonly HashSet<string> QueryParameters = new(StringComparer.OrdinalIgnoreCase)
    {
        "maxResults",
        "maxFiles",
        "pageToken",
        "nextToken",
        "version",
        "timestamp",
        "startingVersion",
        "startingTimestamp",
        "endingVersion",
        "endingTimestamp",
        "includeHistoricalMetadata",
        "includeHistoricalProtocol",
        "path",
    };

    private readonly HttpContext context;
    private readonly IProtocolAccessLog log;
    private readonly TimeProvider time;
    private readonly Dictionary<string, string> parameters = new(StringComparer.Ordinal);
    private Recipient? recipient;

    internal ProtocolExchange(HttpContext context, string action, IProtocolAccessLog log, TimeProvider time)
    {
        this.context = context;
        this.log = log;
        this.time = time;
        Action = action;
        RequestId = Guid.CreateVersion7().ToString("N");
        Share = RouteValue("share");
        Schema = RouteValue("schema");
        Table = RouteValue("table");
        Volume = RouteValue("volume");
        AddQuery(context.Request.Query);
        if (IsHead && context.GetEndpoint()?.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(HttpMethods.Get) == true)
            AddParameter("method", HttpMethods.Head);
        context.Features.Set(this);
        context.Response.Headers[HeaderNames.RequestId] = RequestId;
        context.Response.Headers.CacheControl = "no-store";
        if (context.Request.Headers[HeaderNames.ClientRequestId] is [{ } clientId] && IsId(clientId))
        {
            context.Response.Headers[HeaderNames.ClientRequestId] = clientId;
            AddParameter(HeaderNames.ClientRequestId, clientId);
        }
    }

    /// <summary>The exchange's id, which the caller sees in the <c>x-request-id</c> header: 32 hex digits.</summary>
    public string RequestId { get; }

    /// <summary>What is asked for, one of <see cref="ProtocolActions"/>.</summary>
    public string Action { get; }

    /// <summary>Who asks. There is one as soon as an endpoint runs.</summary>
    public Recipient Recipient => recipient ?? throw new InvalidOperationException("The call was not authenticated.");

    /// <summary>The share asked for; the route value <c>share</c> unless set.</summary>
    public string? Share { get; set; }

    /// <summary>The schema asked for; the route value <c>schema</c> unless set.</summary>
    public string? Schema { get; set; }

    /// <summary>The table asked for; the route value <c>table</c> unless set.</summary>
    public string? Table { get; set; }

    /// <summary>The volume asked for; the route value <c>volume</c> unless set.</summary>
    public string? Volume { get; set; }

    /// <summary>The table version answered from.</summary>
    public long? TableVersion { get; set; }

    /// <summary>How many files the answer hands out.</summary>
    public long? FileCount { get; set; }

    /// <summary>Their size in bytes.</summary>
    public long? ByteCount { get; set; }

    /// <summary>Whether only the headers of the answer are wanted.</summary>
    public bool IsHead => HttpMethods.IsHead(context.Request.Method);

    internal bool IsSettled { get; private set; }

    internal IProtocolAccessLog Log => log;

    private string? Fingerprint { get; set; }

    /// <summary>The exchange of a request within a group made by <see cref="ProtocolRoutes"/>.</summary>
    public static ProtocolExchange Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<ProtocolExchange>() ?? throw new InvalidOperationException("The request is not a call of the sharing protocol.");
    }

    /// <summary>Adds a parameter to the access record, cut at 1,024 characters. No secrets.</summary>
    public void AddParameter(string name, string? value)
    {
        if (value is not null)
            parameters[Cut(name)] = Cut(value);
    }

    /// <summary>Records the call, so that its answer may leave. Throws <see cref="AccessNotRecordedException"/> where that fails.</summary>
    public async ValueTask RecordAsync(int status, string? errorCode = null, string? errorMessage = null)
    {
        var access = Describe(status, errorCode, errorMessage);
        try
        {
            // A call is recorded even where the caller has gone meanwhile.
            await log.RecordAsync(access, CancellationToken.None);
        }
        catch (Exception exception)
        {
            throw new AccessNotRecordedException(access, exception);
        }

        IsSettled = true;
    }

    /// <summary>The call as it would be recorded now.</summary>
    internal ProtocolAccess Describe(int status, string? errorCode, string? errorMessage) =>
        new()
        {
            AccessId = Guid.CreateVersion7(),
            RequestId = RequestId,
            Action = Action,
            Status = status,
            ErrorCode = errorCode,
            ErrorMessage = errorMessage,
            RecipientId = recipient?.Id,
            RecipientName = recipient?.Name,
            CredentialFingerprint = Fingerprint,
            Share = Cut(Share),
            Schema = Cut(Schema),
            Table = Cut(Table),
            Volume = Cut(Volume),
            TableVersion = TableVersion,
            // Headers hand out no files.
            FileCount = IsHead && FileCount is not null ? 0 : FileCount,
            ByteCount = IsHead && ByteCount is not null ? 0 : ByteCount,
            SourceIp = SourceIp(),
            UserAgent = Cut(context.Request.Headers.UserAgent.ToString()),
            Parameters = new Dictionary<string, string>(parameters, StringComparer.Ordinal),
            OccurredAt = time.GetUtcNow(),
        };

    internal void Identify(RecipientAuthentication authentication)
    {
        Fingerprint = authentication.Fingerprint;
        recipient = authentication switch
        {
            RecipientAuthentication.Granted granted => granted.Recipient,
            RecipientAuthentication.Refused refused => refused.Known,
            _ => null,
        };
    }

    /// <summary>Lets an answer without data leave that could not be recorded.</summary>
    internal void SettleUnrecorded() => IsSettled = true;

    // Some put a token into the address, as a parameter of some name or as the name: what the protocol does not know is counted, and nothing else is kept of it.
    private void AddQuery(IQueryCollection query)
    {
        var unknown = 0;
        foreach (var (name, values) in query)
        {
            if (QueryParameters.TryGetValue(name, out var known))
                AddParameter(known, values.ToString());
            else
                unknown++;
        }

        if (unknown > 0)
            AddParameter("unknownParameters", unknown.ToString(CultureInfo.InvariantCulture));
    }

    private static bool IsId(string text) => text.Length is > 0 and <= 64 && !text.AsSpan().ContainsAnyExcept(IdCharacters);

    [return: NotNullIfNotNull(nameof(text))]
    private static string? Cut(string? text) => text is null or { Length: <= MaxTextLength } ? text : text[..MaxTextLength];

    private string? SourceIp()
    {
        var address = context.Connection.RemoteIpAddress;
        return (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();
    }

    private string? RouteValue(string name) => context.Request.RouteValues[name] as string;
}
