"""The companion plug-in's routes in the simulated shop; `install` adds them to one."""

from shopweave.simulators.woocommerce.plugin.routes import install

__all__ = ["install"]
