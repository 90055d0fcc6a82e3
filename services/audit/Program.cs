using Tideway.Audit;
using Tideway.Contracts;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Web;

return await ProcessExit.OfAsync(async () =>
{
    var builder = TidewayHost.CreateBuilder(args, AuditStartup.Name, EventRouting.All);
    builder.AddAudit();
    var app = builder.Build();
    app.UseTideway();
    app.MapAudit();
    await app.RunAsync();
});
