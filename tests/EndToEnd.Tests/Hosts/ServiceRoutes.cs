using Microsoft.AspNetCore.Http;

namespace Tideway.EndToEnd.Tests.Hosts;

/// <summary>Which service owns which path of the public host.</summary>
internal static class ServiceRoutes
{
    private static readonly (string Prefix, string Service)[] Prefixes =
    [
        ("/delta-sharing", "ShareRegistry"),
        ("/files", "ShareRegistry"),
        ("/api/2.1/unity-catalog/shares", "ShareRegistry"),
        ("/api/2.1/unity-catalog/recipients", "RecipientAuth"),
        ("/api/2.1/unity-catalog/public", "RecipientAuth"),
        ("/oauth", "RecipientAuth"),
        ("/api/tideway/v1/principals", "RecipientAuth"),
        ("/api/2.1/unity-catalog/providers", "InboundSync"),
        ("/api/tideway/v1/syncs", "InboundSync"),
        ("/partner/events", "InboundSync"),
        ("/api/tideway/v1/subscriptions", "CdfPublisher"),
        ("/api/tideway/v1/deliveries", "CdfPublisher"),
        ("/api/tideway/v1/tables", "CdfPublisher"),
        ("/api/tideway/v1/audit", "Audit"),
        ("/api/tideway/v1/health", "Audit"),
    ];

    public static string? ServiceOf(PathString path)
    {
        var value = path.Value ?? "";
        // Files of volumes may have any name.
        if (value.Split('/') is ["", "delta-sharing", "shares", _, "schemas", _, "tables", _, "changes"])
            return "CdfPublisher";
        if (value.StartsWith("/api/2.1/unity-catalog/recipients/", StringComparison.Ordinal) && value.EndsWith("/share-permissions", StringComparison.Ordinal))
            return "ShareRegistry";
        foreach (var (prefix, service) in Prefixes)
        {
            if (path.StartsWithSegments(prefix, StringComparison.Ordinal))
                return service;
        }

        return null;
    }
}
