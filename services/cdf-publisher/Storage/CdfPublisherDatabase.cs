using Tideway.Hosting.Database;

namespace Tideway.CdfPublisher.Storage;

/// <summary>What cdf-publisher keeps: shares and grants as it heard of them, the last version announced of each table, subscriptions, deliveries.</summary>
internal sealed class CdfPublisherDatabase(DatabaseOptions options, TimeProvider time) : ServiceDatabase(CdfPublisherStartup.Name, options, time);
